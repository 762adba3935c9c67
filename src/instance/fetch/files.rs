//! Files that a pointer refers to: only regular ones below a folder that the administrator named, wherever links on
//! the way lead. Whether there is a file anywhere else is not told.

use super::content::shown;
use super::{FetchPolicy, Fetched, not_done, too_much};
use crate::protocol::{Code, Problem};
use crate::seal::private;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Component, Path, PathBuf};
use std::time::Duration;
use url::Url;

/// Reads the file of a `file://` URL within `patience`, if it lies below one of these folders and has no more bytes than
/// the policy gives.
pub async fn file(
    url: &Url,
    roots: Vec<PathBuf>,
    policy: &FetchPolicy<'_>,
    patience: Duration,
) -> Result<Fetched, Problem> {
    let path = url.to_file_path().map_err(|()| refused())?;
    let largest = policy.largest;
    let reading = tokio::task::spawn_blocking(move || read_below(&path, &roots, largest));
    match tokio::time::timeout(patience.min(policy.longest), reading).await {
        Ok(read) => read
            .map_err(|error| Problem::new(Code::Internal, format!("reading a file ended early: {error}")))?,
        // A disk of another machine, say, that is gone: whoever reads there cannot be called back.
        Err(_) => Ok(Fetched::Unavailable(not_done(
            "the file was not read",
            patience,
            policy,
        ))),
    }
}

fn refused() -> Problem {
    Problem::new(
        Code::FetchRefused,
        "the pointer leads to a file outside the folders whose files this instance gives \
         (its administrator can name folders with file_roots in instance.toml)",
    )
}

fn read_below(path: &Path, roots: &[PathBuf], largest: usize) -> Result<Fetched, Problem> {
    // Before anything is touched: what is asked for must be below a folder by its words alone. A URL's own `..` are gone
    // by now; those that were written as `..%2F` are not.
    let leads_up = path.components().any(|part| part == Component::ParentDir);
    let is_below = |root: &&PathBuf| !leads_up && path.starts_with(root);
    let named: Vec<&PathBuf> = roots.iter().filter(is_below).collect();
    let roots: Vec<PathBuf> = named.iter().filter_map(|root| root.canonicalize().ok()).collect();
    if roots.is_empty() {
        return Err(refused());
    }
    let real = match path.canonicalize() {
        Ok(real) => real,
        Err(_) if leads_out(path, &named, &roots) => return Err(refused()),
        Err(error) => return Ok(Fetched::Unavailable(lacking(&error))),
    };
    if !roots.iter().any(|root| real.starts_with(root)) {
        return Err(refused());
    }
    // A pipe or a device would block, or never end; to open some does something.
    let no_file = || Ok(Fetched::Unavailable("it is not a regular file".to_owned()));
    if !real.metadata().is_ok_and(|metadata| metadata.is_file()) {
        return no_file();
    }
    let body = match read(&real, largest) {
        Ok(Some(body)) => body,
        Ok(None) => return no_file(),
        Err(error) => return Ok(Fetched::Unavailable(lacking(&error))),
    };
    if body.len() > largest {
        return Ok(Fetched::Unavailable(format!("it {}", too_much("has", largest))));
    }
    Ok(Fetched::Data(shown(&body, content_type(&real).to_owned())))
}

/// Whether a link on the way from a named folder to what cannot be read leads anywhere else, or nowhere: what is or is
/// not at its end is not told then.
fn leads_out(path: &Path, named: &[&PathBuf], roots: &[PathBuf]) -> bool {
    let is_below = |real: PathBuf| roots.iter().any(|root| real.starts_with(root));
    path.ancestors()
        .take_while(|part| !named.iter().any(|root| root == part))
        .filter(|part| part.is_symlink())
        .any(|link| !link.canonicalize().is_ok_and(is_below))
}

/// The file, and at most one byte more than is given; none if it is none. Something else may have taken its place since it
/// was looked at.
fn read(path: &Path, largest: usize) -> std::io::Result<Option<Vec<u8>>> {
    let mut options = File::options();
    options.read(true);
    private::follow_no_link_nor_wait(&mut options);
    let file = options.open(path)?;
    if !file.metadata()?.is_file() {
        return Ok(None);
    }
    let mut body = Vec::new();
    file.take(largest as u64 + 1).read_to_end(&mut body)?;
    Ok(Some(body))
}

/// Why it cannot be read, without its path: that is not for everybody.
fn lacking(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "the file is not there".to_owned(),
        ErrorKind::PermissionDenied => "the instance may not read the file".to_owned(),
        kind => format!("the file cannot be read: {kind}"),
    }
}

/// The media type that its name suggests.
fn content_type(path: &Path) -> &'static str {
    let extension = path.extension().and_then(|extension| extension.to_str());
    match extension.map(str::to_ascii_lowercase).as_deref() {
        Some("json" | "geojson") => "application/json",
        Some("csv") => "text/csv",
        Some("htm" | "html") => "text/html",
        Some("txt" | "log") => "text/plain",
        Some("md") => "text/markdown",
        Some("xml") => "application/xml",
        Some("pdf") => "application/pdf",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use tempfile::TempDir;

    const LARGEST: usize = 64 * 1024;
    const PATIENCE: Duration = Duration::from_secs(10);
    const POLICY: FetchPolicy<'_> = FetchPolicy {
        allowed: &[],
        largest: LARGEST,
        longest: PATIENCE,
    };

    struct Folders {
        home: TempDir,
    }

    impl Folders {
        fn new() -> Self {
            let home = TempDir::new().unwrap();
            std::fs::create_dir_all(home.path().join("open/inner")).unwrap();
            std::fs::create_dir(home.path().join("openly")).unwrap();
            for (name, text) in [
                ("open/a.json", r#"{"t": 21}"#),
                ("open/inner/b.csv", "a,b\n"),
                ("openly/c.txt", "beside"),
                ("secret", "secret"),
            ] {
                std::fs::write(home.path().join(name), text).unwrap();
            }
            Self { home }
        }

        fn path(&self, name: &str) -> PathBuf {
            self.home.path().join(name)
        }

        async fn read(&self, name: &str) -> Result<Fetched, Problem> {
            let text = format!("file://{}/{name}", self.home.path().display());
            file(
                &Url::parse(&text).unwrap(),
                vec![self.path("open")],
                &POLICY,
                PATIENCE,
            )
            .await
        }

        async fn is_refused(&self, name: &str) -> bool {
            self.read(name)
                .await
                .is_err_and(|problem| problem.code == Code::FetchRefused)
        }
    }

    #[tokio::test]
    async fn files_below_a_named_folder_are_given() {
        let folders = Folders::new();
        assert_eq!(
            folders.read("open/a.json").await.unwrap(),
            Fetched::Data(json!({"data": {"t": 21}}))
        );
        assert_eq!(
            folders.read("open/inner/../inner/b.csv").await.unwrap(),
            Fetched::Data(json!({"data": "YSxiCg==", "content_type": "text/csv", "encoding": "base64"}))
        );
        for (name, reason) in [
            ("open/none", "the file is not there"),
            ("open/inner", "it is not a regular file"),
        ] {
            assert_eq!(
                folders.read(name).await.unwrap(),
                Fetched::Unavailable(reason.to_owned())
            );
        }
    }

    #[tokio::test]
    async fn nothing_leads_out_of_it() {
        let folders = Folders::new();
        for name in [
            "secret",
            "openly/c.txt",
            "open/../secret",
            "open/%2e%2e/secret",
            "open/inner/../../secret",
            "open/..%2Fsecret",
            "open/..%2Fnothing",
            "open/inner/..%2F..%2Fnothing",
            "open/%2e%2e%2fnothing/at-all",
            "nothing",
        ] {
            assert!(folders.is_refused(name).await, "{name}");
        }
        let url = Url::parse("file://elsewhere/etc/passwd").unwrap();
        assert!(
            file(&url, vec![PathBuf::from("/")], &POLICY, PATIENCE)
                .await
                .is_err()
        );
        let url = Url::parse("file:///etc/passwd").unwrap();
        assert!(file(&url, Vec::new(), &POLICY, PATIENCE).await.is_err());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn links_are_followed_within_it_and_not_out_of_it() {
        use std::os::unix::fs::symlink;
        let folders = Folders::new();
        symlink(folders.path("open/a.json"), folders.path("open/inside.json")).unwrap();
        symlink(folders.path("secret"), folders.path("open/outside")).unwrap();
        symlink(folders.home.path(), folders.path("open/up")).unwrap();
        assert!(matches!(
            folders.read("open/inside.json").await.unwrap(),
            Fetched::Data(_)
        ));
        assert!(folders.is_refused("open/outside").await);
        assert!(folders.is_refused("open/up/secret").await);
        // Nor is it told what is not there.
        symlink(folders.path("nothing"), folders.path("open/nowhere")).unwrap();
        assert!(folders.is_refused("open/nowhere").await);
        assert!(folders.is_refused("open/nowhere/at-all").await);
        assert!(folders.is_refused("open/up/nothing").await);
        symlink(folders.path("open/inner"), folders.path("open/inwards")).unwrap();
        assert_eq!(
            folders.read("open/inwards/nothing").await.unwrap(),
            Fetched::Unavailable("the file is not there".to_owned())
        );
        // A folder that is itself reached by a link is the folder that was meant.
        symlink(folders.path("open"), folders.path("alias")).unwrap();
        let text = format!("file://{}/alias/a.json", folders.home.path().display());
        let read = file(
            &Url::parse(&text).unwrap(),
            vec![folders.path("alias")],
            &POLICY,
            PATIENCE,
        )
        .await;
        assert!(matches!(read.unwrap(), Fetched::Data(_)));
    }

    #[tokio::test]
    async fn a_file_of_one_byte_too_many_is_not_given() {
        let folders = Folders::new();
        for (length, is_given) in [(LARGEST, true), (LARGEST + 1, false)] {
            let file = std::fs::File::create(folders.path("open/large")).unwrap();
            file.set_len(length as u64).unwrap();
            let read = folders.read("open/large").await.unwrap();
            assert_eq!(matches!(read, Fetched::Data(_)), is_given, "{length}");
        }
    }

    /// It was a file when it was looked at; whoever opens a pipe waits for somebody who writes.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_pipe_or_a_link_in_the_place_of_a_file_holds_nobody_up() {
        use rustix::fs::{CWD, FileType, Mode, mknodat};
        let folders = Folders::new();
        let pipe = folders.path("open/pipe");
        mknodat(CWD, &pipe, FileType::Fifo, Mode::from_bits_truncate(0o600), 0).unwrap();
        assert_eq!(read(&pipe, LARGEST).unwrap(), None);
        let link = folders.path("open/link");
        std::os::unix::fs::symlink(folders.path("secret"), &link).unwrap();
        assert!(read(&link, LARGEST).is_err());
        assert!(read(&folders.path("open/a.json"), LARGEST).unwrap().is_some());
    }
}
