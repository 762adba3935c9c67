//! Secrets from files and the environment: never from the command line, where everybody can read them.

use super::outcome::file_failed;
use crate::protocol::Code;
use crate::seal::{AccessKey, FernetKey, Passphrase, RootKey, SecretError, TokenSecret};
use crate::workspace::{Failure, check_not_loose};
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
            .map_err(|error| file_failed("read", path, &error))?
            .len();
        if size > LONGEST {
            return Err(Failure::new(
                Code::FileFailed,
                format!("{} is too large to be a secret", path.display()),
                "name the file that holds the secret and nothing else",
            ));
        }
        let text = std::fs::read_to_string(path).map_err(|error| file_failed("read", path, &error))?;
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

/// A passphrase from a variable, if it is set.
pub fn passphrase_from_environment(variable: &str) -> Result<Option<Passphrase>, Failure> {
    from_environment(variable, Passphrase::parse)
}

/// A secret that is text as it is, from a variable, if it is set.
pub fn text_from_environment(variable: &str) -> Result<Option<Zeroizing<String>>, Failure> {
    from_environment(variable, |text| Ok(Zeroizing::new(text.trim().to_owned())))
}

/// A secret from a variable, if it is set.
pub fn from_environment<T>(
    variable: &str,
    parse: impl Fn(&str) -> Result<T, SecretError>,
) -> Result<Option<T>, Failure> {
    let unusable = |reason: String| {
        Failure::new(
            Code::InvalidParameter,
            format!("the secret in {variable} is {reason}"),
            format!("set {variable} to the secret and nothing else, or unset it"),
        )
    };
    match std::env::var(variable) {
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(unusable("not text".to_owned())),
        Ok(text) => {
            let text = Zeroizing::new(text);
            parse(&text)
                .map(Some)
                .map_err(|error| unusable(error.to_string()))
        }
    }
}
