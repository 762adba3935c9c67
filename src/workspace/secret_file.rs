//! Files that hold one secret: words, a key. A secret is never an argument, which everybody could read.

use super::{Failure, check_not_loose};
use crate::handshake::Opener;
use crate::protocol::Code;
use crate::seal::{AccessKey, FernetKey, Passphrase, RootKey, SecretError, TokenSecret};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// No secret is longer; whoever names a video by mistake finds out at once.
const LONGEST: u64 = 64 * 1024;

/// The contents of a file that holds one secret and perhaps a line feed after it.
pub struct SecretFile {
    path: PathBuf,
    text: Zeroizing<String>,
}

impl SecretFile {
    /// Reads it.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let size = std::fs::metadata(path)
            .map_err(|error| unreadable(path, &error))?
            .len();
        if size > LONGEST {
            return Err(Failure::new(
                Code::FileFailed,
                format!("{} is too large to be a secret", path.display()),
                "name the file that holds the secret and nothing else",
            ));
        }
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            text: Zeroizing::new(text),
        })
    }

    /// The same, of a file that unlocks a vault: refused if others may read it.
    pub fn read_private(path: &Path) -> Result<Self, Failure> {
        check_not_loose(path)?;
        Self::read(path)
    }

    /// As words that unlock something.
    pub fn passphrase(&self) -> Result<Passphrase, Failure> {
        self.as_secret(Passphrase::parse)
    }

    /// As what signs legacy tokens.
    pub fn token_secret(&self) -> Result<TokenSecret, Failure> {
        self.as_secret(TokenSecret::parse)
    }

    /// As what seals legacy bodies.
    pub fn fernet_key(&self) -> Result<FernetKey, Failure> {
        self.as_secret(FernetKey::parse)
    }

    /// As what some legacy instances want in a token.
    pub fn access_key(&self) -> Result<AccessKey, Failure> {
        self.as_secret(AccessKey::parse)
    }

    /// As what a native credential's keys come from.
    pub fn root_key(&self) -> Result<RootKey, Failure> {
        self.as_secret(RootKey::parse)
    }

    /// As what opens a backup that was sealed to a recipient: the secret key in a file as `age-keygen` writes it,
    /// remarks included.
    pub fn age_key(&self) -> Result<Opener, Failure> {
        let key = self
            .text
            .lines()
            .map(str::trim)
            .find(|line| line.starts_with("AGE-SECRET-KEY-1"));
        match key {
            Some(key) => Ok(Opener::Key(Zeroizing::new(key.to_owned()))),
            None => Err(Failure::new(
                Code::Usage,
                format!("{} holds no secret key of age", self.path.display()),
                "give the file that `age-keygen` wrote",
            )),
        }
    }

    /// As it is, without what surrounds it.
    pub fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(self.text.trim().to_owned())
    }

    fn as_secret<T>(&self, parse: impl Fn(&str) -> Result<T, SecretError>) -> Result<T, Failure> {
        let text = self.text.strip_suffix('\n').unwrap_or(&self.text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        parse(text).map_err(|error| {
            Failure::new(
                Code::InvalidParameter,
                format!("the secret in {} is {error}", self.path.display()),
                "check that the file holds that secret and nothing else",
            )
        })
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(
        Code::FileFailed,
        format!("cannot read {}: {error}", path.display()),
        "check the path and its permissions",
    )
}
