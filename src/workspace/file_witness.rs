//! A file that is read twice, first to be looked at: the second time it has to say what it said then.

use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read};
use std::sync::{Arc, OnceLock};

/// What a file said, from its first byte to its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileDigest([u8; 32]);

/// It does not say any more what was agreed to.
#[derive(Debug, thiserror::Error)]
#[error("it has changed since it was looked at")]
pub(super) struct Changed;

/// A file as it is read.
pub(super) struct Witness {
    file: File,
    so_far: Sha256,
    agreed: Option<FileDigest>,
    told: Arc<OnceLock<FileDigest>>,
}

impl Witness {
    /// Reads this file; at its end fails where it has not said what was agreed to, if anything was.
    pub(super) fn new(file: File, agreed: Option<FileDigest>) -> Self {
        Self {
            file,
            so_far: Sha256::new(),
            agreed,
            told: Arc::default(),
        }
    }

    /// Where it is told what the file said, once it was read to its end.
    pub(super) fn told(&self) -> Arc<OnceLock<FileDigest>> {
        Arc::clone(&self.told)
    }
}

impl Read for Witness {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        if read > 0 || buffer.is_empty() {
            self.so_far.update(&buffer[..read]);
            return Ok(read);
        }
        let said = FileDigest(self.so_far.clone().finalize().into());
        if self.agreed.is_some_and(|agreed| agreed != said) {
            return Err(io::Error::other(Changed));
        }
        // Whoever reads beyond the end reads it twice.
        let _ = self.told.set(said);
        Ok(0)
    }
}
