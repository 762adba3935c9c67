//! What is inside a backup: a line of JSON that says what follows, then the files one after the other. The seal around
//! it proves that nothing was changed or cut off.

use super::super::file_failure::cannot;
use super::of::{BackupOf, damaged, foreign};
use crate::instance::{COPIED, CopiedFile};
use crate::model::{InstanceId, InstanceName, Timestamp};
use crate::protocol::Code;
use crate::seal::private;
use crate::workspace::{Failure, StopSign};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use zeroize::Zeroizing;

const FORMAT: &str = "butterfly instance";
const VERSION: u32 = 1;
/// Longest first line.
const LONGEST_HEAD: u64 = 64 * 1024;
/// Bytes that are copied at a time.
const PIECE: usize = 256 * 1024;

/// What the first line says.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    format: String,
    version: u32,
    id: String,
    name: InstanceName,
    instance_id: InstanceId,
    made_at: Timestamp,
    /// The version of the program that made it.
    program: String,
    /// The files after it, in this order.
    files: Vec<Part>,
}

/// Only the format and version, so that a newer file is told from a damaged one.
#[derive(Deserialize)]
struct Label {
    format: String,
    version: u32,
}

/// A file, as the first line tells of it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    name: String,
    size: u64,
}

impl Head {
    /// Of a copy whose databases are in a folder.
    pub(super) fn of(of: &BackupOf, folder: &Path, copied: &[CopiedFile]) -> Result<Self, Failure> {
        let size = |file: &CopiedFile| -> Result<u64, Failure> {
            match &file.bytes {
                Some(bytes) => Ok(bytes.len() as u64),
                None => {
                    let path = folder.join(file.name);
                    let about = fs::metadata(&path).map_err(|error| cannot(&path, "be read", &error))?;
                    Ok(about.len())
                }
            }
        };
        let part = |file: &CopiedFile| {
            Ok(Part {
                name: file.name.to_owned(),
                size: size(file)?,
            })
        };
        Ok(Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            id: of.id.clone(),
            name: of.name.clone(),
            instance_id: of.instance_id.clone(),
            made_at: of.made_at,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            files: copied.iter().map(part).collect::<Result<_, Failure>>()?,
        })
    }

    /// Writes it, and after it the files of the copy, unless the sign to stop is shown.
    pub(super) fn write(
        &self,
        folder: &Path,
        copied: &[CopiedFile],
        output: &mut impl Write,
        stop: &StopSign,
    ) -> io::Result<()> {
        let line = serde_json::to_vec(self).expect("a head has only string keys");
        output.write_all(&line)?;
        output.write_all(b"\n")?;
        let mut piece = Zeroizing::new(vec![0; PIECE]);
        for (part, copied) in self.files.iter().zip(copied) {
            if let Some(bytes) = &copied.bytes {
                output.write_all(bytes)?;
                continue;
            }
            let mut file = File::open(folder.join(&part.name))?.take(part.size);
            let mut left = part.size;
            while left > 0 {
                if stop.is_shown() {
                    return Err(io::ErrorKind::Interrupted.into());
                }
                let read = file.read(&mut piece)?;
                if read == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                output.write_all(&piece[..read])?;
                left -= read as u64;
            }
        }
        Ok(())
    }

    /// Which instance it is of.
    pub(super) fn into_of(self) -> BackupOf {
        BackupOf {
            id: self.id,
            name: self.name,
            instance_id: self.instance_id,
            made_at: self.made_at,
        }
    }
}

/// Lays what an opened backup holds into an empty folder; what the backup is of.
pub(super) fn unpack(input: impl Read, folder: &Path) -> Result<BackupOf, Failure> {
    let mut input = BufReader::with_capacity(PIECE, input);
    let head = read_head(&mut input)?;
    let mut piece = Zeroizing::new(vec![0; PIECE]);
    for part in &head.files {
        let path = folder.join(&part.name);
        let failed = |error: io::Error| cannot(&path, "be written", &error);
        let mut file = private::files()
            .write(true)
            .create_new(true)
            .open(&path)
            .map_err(failed)?;
        let mut left = part.size;
        while left > 0 {
            let most = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
            input.read_exact(&mut piece[..most]).map_err(|_| damaged())?;
            file.write_all(&piece[..most]).map_err(failed)?;
            left -= most as u64;
        }
        file.sync_all().map_err(failed)?;
    }
    // Reading to the end is what proves the end.
    match input.read(&mut piece[..1]) {
        Ok(0) => Ok(head.into_of()),
        Ok(_) => Err(foreign("it is longer than it says")),
        Err(_) => Err(damaged()),
    }
}

fn read_head(input: &mut impl BufRead) -> Result<Head, Failure> {
    let mut line = Vec::new();
    input
        .take(LONGEST_HEAD)
        .read_until(b'\n', &mut line)
        .map_err(|_| damaged())?;
    let label: Label =
        serde_json::from_slice(&line).map_err(|_| foreign("it is no backup of an instance"))?;
    if label.format != FORMAT {
        return Err(foreign("it is no backup of an instance"));
    }
    if label.version != VERSION {
        return Err(Failure::new(
            Code::BundleRefused,
            format!(
                "the backup is of version {}, and this program knows version {VERSION} only",
                label.version
            ),
            "restore it with the version of this program that made it, or a newer one",
        ));
    }
    let head: Head =
        serde_json::from_slice(&line).map_err(|_| foreign("its first line is not as it should be"))?;
    let names: Vec<&str> = head.files.iter().map(|part| part.name.as_str()).collect();
    // In the order of the list and none twice, or it would be another list.
    let known: Vec<&str> = COPIED.into_iter().filter(|name| names.contains(name)).collect();
    if names != known {
        return Err(foreign("it holds files that no instance has"));
    }
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(files: &[(&'static str, &[u8])]) -> (BackupOf, Vec<u8>) {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files.iter().filter(|(name, _)| name.ends_with(".db")) {
            fs::write(folder.path().join(name), bytes).unwrap();
        }
        let of = BackupOf {
            id: "bak_0123456789ab".to_owned(),
            name: InstanceName::parse("alpha").unwrap(),
            instance_id: InstanceId::parse("inst_0123456789ab").unwrap(),
            made_at: Timestamp::from_micros(1_795_428_672_000_000),
        };
        let copied = |(name, bytes): &(&'static str, &[u8])| CopiedFile {
            name,
            bytes: (!name.ends_with(".db")).then(|| Zeroizing::new(bytes.to_vec())),
        };
        let copied: Vec<_> = files.iter().map(copied).collect();
        let head = Head::of(&of, folder.path(), &copied).unwrap();
        let mut plain = Vec::new();
        let stop = StopSign::default();
        head.write(folder.path(), &copied, &mut plain, &stop).unwrap();
        (of, plain)
    }

    type Files = Vec<(String, Vec<u8>)>;

    fn unpacked(plain: &[u8]) -> Result<(BackupOf, Files), Failure> {
        let folder = tempfile::tempdir().unwrap();
        let of = unpack(plain, folder.path())?;
        let mut files: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| {
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                (name, fs::read(path).unwrap())
            })
            .collect();
        files.sort();
        Ok((of, files))
    }

    #[test]
    fn what_is_packed_comes_out_and_no_beginning_of_it_does() {
        let large = vec![7; 2 * PIECE + 3];
        let (of, plain) = packed(&[
            ("instance.toml", b"x = 1\n"),
            ("instance.key", b""),
            ("audit.db", &large),
        ]);
        let (found, files) = unpacked(&plain).unwrap();
        assert_eq!(found, of);
        assert_eq!(files.len(), 3);
        assert_eq!(files[0], ("audit.db".to_owned(), large));
        for length in [0, 1, 40, plain.len() - PIECE, plain.len() - 1] {
            assert!(unpacked(&plain[..length]).is_err(), "{length}");
        }
        let longer = [&plain[..], b"x"].concat();
        assert!(unpacked(&longer).unwrap_err().message.contains("longer"));
    }

    #[test]
    fn files_that_no_instance_has_are_refused_and_so_are_other_versions() {
        for name in ["instance.lock", "evil.sh"] {
            let (_, plain) = packed(&[(name, b"x")]);
            assert!(unpacked(&plain).unwrap_err().message.contains("no instance has"));
        }
        let (_, plain) = packed(&[("instance.toml", b"x")]);
        let text = String::from_utf8(plain).unwrap();
        for (from, to, told) in [
            ("\"instance.toml\"", "\"../escape.toml\"", "no instance has"),
            ("\"version\":1", "\"version\":2", "version 2"),
            (FORMAT, "butterfly vault", "no backup"),
            ("\"program\"", "\"programme\"", "first line"),
        ] {
            let failure = unpacked(text.replace(from, to).as_bytes()).unwrap_err();
            assert!(failure.message.contains(told), "{failure}");
        }
    }
}
