//! Files that appear when they are whole: what they replace and what not, and who may read them.

use super::*;

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn what_is_not_kept_leaves_nothing_and_what_is_kept_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.jsonl");
    let mut partial = PartialFile::create(&path, false).unwrap();
    partial.write_all(b"half").unwrap();
    assert!(!path.exists(), "it appears only when it is whole");
    drop(partial);
    assert!(files(folder.path()).is_empty());
    let mut partial = PartialFile::create(&path, false).unwrap();
    partial.write_all(b"whole").unwrap();
    partial.keep().unwrap();
    assert_eq!(files(folder.path()), ["out.jsonl"]);
    assert_eq!(fs::read(&path).unwrap(), b"whole");
}

#[test]
fn a_file_that_came_in_the_meantime_is_not_replaced_unless_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.csv");
    let mut partial = PartialFile::create(&path, false).unwrap();
    partial.write_all(b"ours").unwrap();
    fs::write(&path, b"theirs").unwrap();
    assert!(partial.keep().is_err());
    assert_eq!(fs::read(&path).unwrap(), b"theirs");
    assert_eq!(files(folder.path()), ["out.csv"]);
    let mut partial = PartialFile::create(&path, true).unwrap();
    partial.write_all(b"ours").unwrap();
    partial.keep().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"ours");
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[cfg(unix)]
fn write_with(path: &Path, mode: u32) {
    fs::write(path, b"old").unwrap();
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
}

/// Replaces what is there; gives the mode that the file had while it was written.
#[cfg(unix)]
fn replace(path: &Path, create: fn(&Path, bool) -> Result<PartialFile, NotWritten>) -> u32 {
    let mut partial = create(path, true).unwrap();
    partial.write_all(b"new").unwrap();
    let meanwhile = mode(&partial.written);
    partial.keep().unwrap();
    assert_eq!(fs::read(path).unwrap(), b"new");
    meanwhile
}

#[cfg(unix)]
#[test]
fn what_replaces_a_file_is_open_to_whom_that_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.jsonl");
    for before in [0o600, 0o640, 0o644, 0o400] {
        write_with(&path, before);
        assert_eq!(replace(&path, PartialFile::create), 0o600, "{before:o}");
        assert_eq!(mode(&path), before);
        fs::remove_file(&path).unwrap();
    }
    write_with(&path, 0o644);
    replace(&path, PartialFile::create_private);
    assert_eq!(mode(&path), 0o600, "what is its owner's alone stays so");
    assert_eq!(files(folder.path()), ["out.jsonl"]);
}

#[cfg(unix)]
#[test]
fn a_file_that_is_closed_while_it_is_being_replaced_stays_closed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.jsonl");
    write_with(&path, 0o644);
    let partial = PartialFile::create(&path, true).unwrap();
    write_with(&path, 0o600);
    partial.keep().unwrap();
    assert_eq!(mode(&path), 0o600);
}

#[cfg(unix)]
#[test]
fn where_a_link_leads_is_replaced_and_the_link_stays() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let (link, file) = (folder.path().join("link"), elsewhere.path().join("file"));
    write_with(&file, 0o640);
    std::os::unix::fs::symlink(&file, &link).unwrap();
    assert!(matches!(
        PartialFile::create(&link, false),
        Err(NotWritten::Taken)
    ));
    replace(&link, PartialFile::create);
    assert_eq!(fs::read_link(&link).unwrap(), file);
    assert_eq!(mode(&file), 0o640);
    assert_eq!(
        (files(folder.path()), files(elsewhere.path())),
        (vec!["link".to_owned()], vec!["file".to_owned()])
    );
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let (inner, link) = (folder.path().join("inner"), folder.path().join("link"));
    fs::create_dir(&inner).unwrap();
    std::os::unix::fs::symlink(folder.path().join("absent"), &link).unwrap();
    for (path, what) in [
        (inner.as_path(), "is a folder"),
        (link.as_path(), "is a link to something that is not there"),
        (Path::new("/dev/null"), "is a device"),
    ] {
        for overwrite in [false, true] {
            let refused = PartialFile::create(path, overwrite).err().unwrap();
            assert!(matches!(refused, NotWritten::NoFile(_)), "{refused}");
            let told = refused.at(path);
            assert!(told.message.contains(what), "{told}");
        }
    }
    assert_eq!(files(folder.path()), ["inner", "link"]);
}
