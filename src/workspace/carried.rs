//! What is inside an exported vault: a line of JSON that says what follows; then the vault's data key and its
//! database; then, of each local instance, the files with its settings and keys.

use super::Failure;
use crate::model::{InstanceName, Timestamp};
use crate::protocol::Code;
use crate::seal::DataKey;
use crate::vault::Image;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

const FORMAT: &str = "butterfly vault";
const VERSION: u32 = 1;
/// Bytes of a data key.
const KEY: usize = 32;

/// What the first line says.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    format: String,
    version: u32,
    exported_at: Timestamp,
    /// Bytes of the vault's database, which follows its data key.
    database: u64,
    /// The files after it, in this order.
    files: Vec<Part>,
}

/// Only the format and version, so that a newer file is told from a damaged one.
#[derive(Deserialize)]
struct Label {
    format: String,
    version: u32,
}

/// Such a file, as the first line tells of it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    instance: InstanceName,
    name: String,
    size: u64,
}

/// A file in the folder of a local instance, with what is in it.
pub(super) struct CarriedFile {
    pub(super) instance: InstanceName,
    pub(super) name: String,
    pub(super) bytes: Zeroizing<Vec<u8>>,
}

/// What is carried, in memory.
pub(super) struct Carried {
    pub(super) image: Image,
    pub(super) files: Vec<CarriedFile>,
}

/// Names of files that are carried: also what a foreign file may make in a home.
pub(super) fn is_carried(name: &str) -> bool {
    let is_plain = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    let is_setting = [".toml", ".key", ".pem", ".der", ".crt"]
        .iter()
        .any(|end| name.ends_with(end));
    is_plain && is_setting && !name.starts_with('.') && name.len() <= 64
}

/// As bytes, to be sealed.
pub(super) fn packed(carried: &Carried) -> Zeroizing<Vec<u8>> {
    let head = Head {
        format: FORMAT.to_owned(),
        version: VERSION,
        exported_at: Timestamp::now(),
        database: carried.image.database.len() as u64,
        files: carried
            .files
            .iter()
            .map(|file| Part {
                instance: file.instance.clone(),
                name: file.name.clone(),
                size: file.bytes.len() as u64,
            })
            .collect(),
    };
    let line = serde_json::to_vec(&head).expect("a head has only string keys");
    let size = line.len()
        + 1
        + KEY
        + carried.image.database.len()
        + carried.files.iter().map(|file| file.bytes.len()).sum::<usize>();
    // Made as large as it gets at once: growing would leave copies behind.
    let mut plain = Zeroizing::new(Vec::with_capacity(size));
    plain.extend_from_slice(&line);
    plain.push(b'\n');
    plain.extend_from_slice(carried.image.key.expose_bytes());
    plain.extend_from_slice(&carried.image.database);
    for file in &carried.files {
        plain.extend_from_slice(&file.bytes);
    }
    plain
}

/// The reverse; nothing of what is not whole comes out.
pub(super) fn unpacked(plain: &[u8]) -> Result<Carried, Failure> {
    let end = plain
        .iter()
        .position(|&byte| byte == b'\n')
        .ok_or_else(|| foreign("it is no exported vault"))?;
    let (line, mut rest) = (&plain[..end], &plain[end + 1..]);
    let label: Label = serde_json::from_slice(line).map_err(|_| foreign("it is no exported vault"))?;
    if label.format != FORMAT {
        return Err(foreign("it is no exported vault"));
    }
    if label.version != VERSION {
        return Err(Failure::new(
            Code::BundleRefused,
            format!(
                "the exported vault is of version {}, and this program knows version {VERSION} only",
                label.version
            ),
            "restore it with the version of this program that exported it, or a newer one",
        ));
    }
    let head: Head =
        serde_json::from_slice(line).map_err(|_| foreign("its first line is not as it should be"))?;
    let too_short = || foreign("it is shorter than it says");
    let key: &[u8; KEY] = rest
        .split_off(..KEY)
        .and_then(|key| key.try_into().ok())
        .ok_or_else(too_short)?;
    let mut take = |size: u64| {
        let size = usize::try_from(size).ok()?;
        rest.split_off(..size).map(<[u8]>::to_vec)
    };
    let database = take(head.database).ok_or_else(too_short)?;
    let mut files = Vec::with_capacity(head.files.len());
    for part in head.files {
        if !is_carried(&part.name) {
            return Err(foreign("it holds a file that no instance has"));
        }
        let bytes = take(part.size).ok_or_else(too_short)?;
        files.push(CarriedFile {
            instance: part.instance,
            name: part.name,
            bytes: Zeroizing::new(bytes),
        });
    }
    if !rest.is_empty() {
        return Err(foreign("it is longer than it says"));
    }
    Ok(Carried {
        image: Image {
            database,
            key: DataKey::from_bytes(*key),
        },
        files,
    })
}

/// A file that is none of ours.
pub(super) fn foreign(reason: &str) -> Failure {
    Failure::new(
        Code::BundleRefused,
        format!("this file cannot be restored: {reason}"),
        "give the file that `vault export` wrote",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carried() -> Carried {
        let file = |name: &str, bytes: &[u8]| CarriedFile {
            instance: InstanceName::parse("alpha").unwrap(),
            name: name.to_owned(),
            bytes: Zeroizing::new(bytes.to_vec()),
        };
        Carried {
            image: Image {
                database: b"a database\nof two lines".to_vec(),
                key: DataKey::generate(),
            },
            files: vec![file("instance.toml", b"name"), file("instance.key", b"")],
        }
    }

    #[test]
    fn what_is_packed_comes_out_and_no_beginning_of_it_does() {
        let before = carried();
        let plain = packed(&before);
        let after = unpacked(&plain).unwrap();
        assert_eq!(after.image.database, before.image.database);
        assert_eq!(after.image.key.expose_bytes(), before.image.key.expose_bytes());
        let files: Vec<_> = after
            .files
            .iter()
            .map(|file| (file.name.as_str(), file.bytes.len()))
            .collect();
        assert_eq!(files, [("instance.toml", 4), ("instance.key", 0)]);
        for length in 0..plain.len() {
            assert!(unpacked(&plain[..length]).is_err(), "{length}");
        }
        let longer = [plain.as_slice(), b"x"].concat();
        assert!(unpacked(&longer).is_err());
    }

    #[test]
    fn another_version_says_so_and_no_file_lands_elsewhere() {
        let plain = packed(&carried());
        let changed = |from: &str, to: &str| {
            let at = plain
                .windows(from.len())
                .position(|window| window == from.as_bytes());
            let at = at.unwrap();
            [&plain[..at], to.as_bytes(), &plain[at + from.len()..]].concat()
        };
        let refusal = |bytes: &[u8]| unpacked(bytes).err().unwrap();
        let newer = refusal(&changed("\"version\":1", "\"version\":2"));
        assert!(newer.message.contains("version 2"), "{newer}");
        for name in [
            "../../x.toml",
            "/x.toml",
            ".x.toml",
            "x.db",
            "instance.lock",
            "x y.toml",
            "",
        ] {
            let refused = refusal(&changed("\"instance.toml\"", &format!("\"{name}\"")));
            assert_eq!(refused.code, Code::BundleRefused, "{name}");
        }
        for instance in ["..", "a/b", ""] {
            let refused = refusal(&changed("\"alpha\"", &format!("\"{instance}\"")));
            assert_eq!(refused.code, Code::BundleRefused, "{instance}");
        }
        refusal(&changed("butterfly vault", "butterfly other"));
    }
}
