//! Modes, links and locks.

use super::*;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

fn finished() -> (tempfile::TempDir, Folder) {
    let home = tempfile::tempdir().unwrap();
    let place = Folder::at(&home.path().join("instances/alpha"));
    let making = place.make_beside("x").unwrap();
    making.make_key(&KeySource::Own).unwrap();
    fs::write(making.settings(), "").unwrap();
    making.move_to(&place).unwrap();
    (home, place)
}

#[test]
fn a_folder_and_its_files_are_private() {
    let (_home, folder) = finished();
    assert_eq!(fs::metadata(&folder.0).unwrap().mode() & 0o777, 0o700);
    assert_eq!(fs::metadata(folder.key()).unwrap().mode() & 0o777, 0o600);
    folder.check().unwrap();
    folder.read_key(&KeySource::Own).unwrap();
}

#[test]
fn a_second_creation_at_one_place_is_refused() {
    let (_home, folder) = finished();
    assert!(matches!(folder.make_beside("y"), Err(InstanceError::Exists(_))));
}

#[test]
fn threat_53_loose_modes_and_links_are_refused() {
    let (_home, folder) = finished();
    fs::set_permissions(folder.key(), fs::Permissions::from_mode(0o640)).unwrap();
    let message = folder.read_key(&KeySource::Own).unwrap_err().to_string();
    assert!(message.contains("0640"), "{message}");
    fs::rename(folder.key(), folder.0.join("elsewhere")).unwrap();
    symlink(folder.0.join("elsewhere"), folder.key()).unwrap();
    assert!(matches!(
        folder.read_key(&KeySource::Own),
        Err(InstanceError::File { .. })
    ));

    symlink("/dev/null", folder.database()).unwrap();
    assert!(matches!(folder.check(), Err(InstanceError::File { .. })));
    fs::remove_file(folder.database()).unwrap();
    fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o755)).unwrap();
    assert!(matches!(folder.check(), Err(InstanceError::File { .. })));
}

#[test]
fn threat_48_the_lock_says_who_hosts() {
    let (_home, folder) = finished();
    assert_eq!(folder.hosted_by(), LockHolder::Nobody);
    let lock = folder.lock().unwrap();
    assert_eq!(folder.hosted_by(), LockHolder::Process(std::process::id()));
    let Err(InstanceError::Hosted { pid, .. }) = folder.lock() else {
        panic!("two hosts of one folder");
    };
    assert_eq!(pid, std::process::id());
    drop(lock);
    assert_eq!(folder.hosted_by(), LockHolder::Nobody);
    fs::write(folder.lock_file(), "4000000\n").unwrap();
    assert_eq!(
        folder.hosted_by(),
        LockHolder::Nobody,
        "a PID left by a crash hosts nothing"
    );
    folder.lock().unwrap();
}

#[test]
fn a_miswritten_setting_is_said_in_one_line_with_its_own() {
    let home = tempfile::tempdir().unwrap();
    let folder = Folder::at(home.path());
    std::fs::write(
        home.path().join("instance.toml"),
        "name = \"alpha\"\nlisten = [\n",
    )
    .unwrap();
    let error = folder.read_settings().unwrap_err();
    let said = error.to_string();
    assert!(
        said.contains("instance.toml: line ") && !said.contains('\n'),
        "{said}"
    );
    assert_eq!(error.remedy(), "put that line right and try again");
}

#[test]
fn a_key_elsewhere_is_made_once_and_never_told() {
    let (home, folder) = finished();
    let path = home.path().join("elsewhere.key");
    let source = KeySource::File(path.clone());
    assert!(folder.read_key(&source).is_err());
    let made = folder.make_key(&source).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    for again in [folder.read_key(&source), folder.make_key(&source)] {
        assert_eq!(again.unwrap().expose_bytes(), made.expose_bytes());
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(folder.read_key(&source).is_err());

    let nowhere = KeySource::Variable("BUTTERFLY_TEST_KEY_THAT_NOBODY_SETS".to_owned());
    let told = folder.make_key(&nowhere).unwrap_err().to_string();
    assert!(told.contains("NOBODY_SETS, which is not set here"), "{told}");
    // What is in a variable that holds something else is not told.
    let other = KeySource::Variable("PATH".to_owned());
    let told = folder.read_key(&other).unwrap_err().to_string();
    assert!(told.ends_with("which holds no key"), "{told}");
}
