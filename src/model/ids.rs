//! Identifiers: each a newtype over a checked string, so that one kind cannot stand in for another.
//!
//! The grammars are ASCII only: an identifier that looks like another one but is not (THREATS 43)
//! cannot be written.

use serde::{Deserialize, Serialize, Serializer};
use std::fmt;

/// Why a text is not an identifier of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {article} {kind}: {expected}")]
pub struct IdError {
    article: &'static str,
    kind: &'static str,
    expected: &'static str,
    text: String,
}

/// What a kind of identifier looks like, in code and in words.
struct Grammar {
    article: &'static str,
    kind: &'static str,
    expected: &'static str,
    accepts: fn(&str) -> bool,
}

impl Grammar {
    fn check(&self, text: &str) -> Result<(), IdError> {
        if (self.accepts)(text) {
            return Ok(());
        }
        Err(IdError {
            article: self.article,
            kind: self.kind,
            expected: self.expected,
            text: text.chars().take(80).collect(),
        })
    }
}

/// `prefix` followed by exactly `digits` lower-case hexadecimal digits.
fn is_prefixed_hex(text: &str, prefix: &str, digits: usize) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| {
        rest.len() == digits
            && rest
                .bytes()
                .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    })
}

/// Letters, digits, `.`, `_` and `-`, beginning with a letter or digit.
fn is_name(text: &str, longest: usize) -> bool {
    text.len() <= longest
        && text
            .bytes()
            .next()
            .is_some_and(|byte| byte.is_ascii_alphanumeric())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

/// Each kind of identifier needs the same eight small implementations; writing them once here is
/// the one place in the project where a macro says it more plainly than a function can.
macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $article:literal $kind:literal, $expected:literal, $accepts:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        // Derived, it would make a copy of the text each time.
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl $name {
            const GRAMMAR: Grammar = Grammar {
                article: $article, kind: $kind, expected: $expected, accepts: $accepts,
            };

            /// Checks `text` against the grammar of this kind.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                Self::GRAMMAR.check(text).map(|()| Self(text.to_owned()))
            }

            /// The identifier as it is written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.pad(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::GRAMMAR.check(&text).map(|()| Self(text))
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}

identifier!(
    /// What an instance calls itself on the wire: `inst_` and 12 hexadecimal digits.
    InstanceId, "an" "instance id", "inst_ and 12 hexadecimal digits", |text| is_prefixed_hex(text, "inst_", 12)
);
identifier!(
    /// The name that an administrator gives an instance in the console: at most 40 characters.
    InstanceName, "an" "instance name", "1 to 40 letters, digits, '.', '_' or '-', starting with a letter or digit", |text| is_name(text, 40)
);
identifier!(
    /// Where a pointer is found on its instance: `ptr_` and 12 hexadecimal digits.
    PointerAddress, "a" "pointer address", "ptr_ and 12 hexadecimal digits", |text| is_prefixed_hex(text, "ptr_", 12)
);
identifier!(
    /// A connection of an instance: `conn_` and 12 hexadecimal digits.
    ConnectionId, "a" "connection id", "conn_ and 12 hexadecimal digits", |text| is_prefixed_hex(text, "conn_", 12)
);
identifier!(
    /// A domain of an instance: `dom_` and 12 hexadecimal digits.
    DomainId, "a" "domain id", "dom_ and 12 hexadecimal digits", |text| is_prefixed_hex(text, "dom_", 12)
);
identifier!(
    /// A federation of two domains of an instance: `fed_` and 12 hexadecimal digits.
    FederationId, "a" "federation id", "fed_ and 12 hexadecimal digits", |text| is_prefixed_hex(text, "fed_", 12)
);
identifier!(
    /// The name under which one party calls an instance: at most 64 characters, ASCII only.
    AppId, "an" "app_id", "1 to 64 letters, digits, '.', '_' or '-', starting with a letter or digit", |text| is_name(text, 64)
);
identifier!(
    /// Which key of a native credential sealed or signed something (RFC 7515, section 4.1.4).
    /// Ours are `kid_` and 16 hexadecimal digits; another implementation may choose its own.
    KeyId, "a" "key id", "1 to 64 letters, digits, '.', '_' or '-', starting with a letter or digit", |text| is_name(text, 64)
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_prefix_and_twelve_lower_case_digits() {
        assert!(PointerAddress::parse("ptr_0123456789ab").is_ok());
        for wrong in [
            "",
            "ptr_",
            "ptr_0123456789AB",
            "ptr_0123456789abc",
            "dom_0123456789ab",
            "ptr_0123456789a\n",
        ] {
            assert!(PointerAddress::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn names_are_ascii_and_begin_with_a_letter_or_digit() {
        assert!(AppId::parse("instance-a-federation-client").is_ok());
        for wrong in ["", "-a", "a b", "аlpha", "a/../b", "a\u{200b}", &"x".repeat(65)] {
            assert!(AppId::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_refusal_says_what_was_expected() {
        let refusal = InstanceId::parse("alpha").unwrap_err().to_string();
        assert_eq!(
            refusal,
            "\"alpha\" is not an instance id: inst_ and 12 hexadecimal digits"
        );
    }

    #[test]
    fn reading_json_checks_the_grammar() {
        assert!(serde_json::from_str::<PointerAddress>("\"ptr_0123456789ab\"").is_ok());
        assert!(serde_json::from_str::<PointerAddress>("\"' OR 1=1\"").is_err());
    }
}
