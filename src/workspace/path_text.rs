//! Paths as text. A name of a file need not be UTF-8, and whoever asked for words that are shown only once must get them
//! wherever the file lies.

use serde::Serializer;
use std::path::{Path, PathBuf};

/// A path as text for people and scripts; what is no UTF-8 in it is a � each.
pub fn path_text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// The same in a value that is printed: by itself, a path that is no UTF-8 would fail.
pub(in crate::workspace) fn serialize_text<S: Serializer>(
    path: &Option<PathBuf>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match path {
        Some(path) => serializer.serialize_some(&path_text(path)),
        None => serializer.serialize_none(),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use serde::Serialize;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    #[derive(Serialize)]
    struct Made {
        #[serde(serialize_with = "serialize_text")]
        file: Option<PathBuf>,
    }

    #[test]
    fn a_path_that_is_no_utf_8_is_text_all_the_same() {
        let path = PathBuf::from(OsStr::from_bytes(b"/d\xe9pot/b.age"));
        assert_eq!(path_text(&path), "/d\u{fffd}pot/b.age");
        let told = |file| serde_json::to_value(Made { file }).unwrap()["file"].clone();
        assert_eq!(told(Some(path)), "/d\u{fffd}pot/b.age");
        assert_eq!(told(None), serde_json::Value::Null);
    }
}
