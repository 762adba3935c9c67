//! Files as a person names them while typing a path: what there is in a folder, and what `~` stands for.

use std::path::{Path, PathBuf};

/// Names that are read of one folder, at most.
const MOST: usize = 5_000;

/// What something in a folder is called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileName {
    /// Its name.
    pub name: String,
    /// Whether it is a folder.
    pub is_folder: bool,
}

impl FileName {
    /// As it is written in a path: a folder with the separator behind it.
    pub fn written(&self) -> String {
        match self.is_folder {
            true => format!("{}/", self.name),
            false => self.name.clone(),
        }
    }
}

/// What is in a folder, in order. A folder that cannot be read has nothing: whoever names a file in it is told then.
pub async fn files_in(folder: String) -> Vec<FileName> {
    let read = move || {
        let folder = match folder.as_str() {
            "" => PathBuf::from("."),
            written => typed_path(Path::new(written)),
        };
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut names: Vec<FileName> = entries
            .take(MOST)
            .filter_map(|entry| {
                Some(FileName {
                    name: entry.file_name().into_string().ok()?,
                    is_folder: entry.path().is_dir(),
                })
            })
            .collect();
        names.sort();
        names
    };
    tokio::task::spawn_blocking(read).await.unwrap_or_default()
}

/// A path as it is meant: `~` at its beginning is the home of whoever types it.
pub fn typed_path(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), std::env::home_dir()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_folder_is_read_in_order_and_one_that_is_not_there_has_nothing() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("b.csv"), "").unwrap();
        std::fs::create_dir(folder.path().join("a")).unwrap();
        let path = folder.path().display().to_string();
        let written: Vec<String> = files_in(path.clone())
            .await
            .iter()
            .map(FileName::written)
            .collect();
        assert_eq!(written, ["a/", "b.csv"]);
        assert!(files_in(format!("{path}/none/")).await.is_empty());
    }

    #[test]
    fn only_a_tilde_of_its_own_is_the_home() {
        assert_eq!(typed_path(Path::new("a/~b")), Path::new("a/~b"));
        assert_eq!(typed_path(Path::new("~b/c")), Path::new("~b/c"));
        if let Some(home) = std::env::home_dir() {
            assert_eq!(typed_path(Path::new("~/c")), home.join("c"));
        }
    }
}
