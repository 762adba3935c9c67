//! Secrets from the environment: never from the command line, where everybody can read them.

use crate::protocol::Code;
use crate::seal::{Passphrase, SecretError};
use crate::workspace::Failure;
use zeroize::Zeroizing;

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
