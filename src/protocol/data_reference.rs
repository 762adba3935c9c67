//! What kind of thing a data_reference is, going by its text alone: for the instance that acts on it, and for
//! people who are about to write one.

use super::profile_of_sealed;
use crate::model::{CIRCUIT_PREFIX, Endpoint, Profile};
use url::Url;

/// What the data_reference of a credential pointer begins with: a header for fetching, sealed by the instance.
pub const FETCH_HEADER_PREFIX: &str = "sealed_header::";

/// The server that a web address is on: scheme, host and port, written the one way (RFC 6454).
pub fn web_origin(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
    is_web.then(|| url.origin().ascii_serialization())
}

/// The same of a text that names a server and nothing else: no path, no query, no name of a user.
pub fn bare_origin(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let is_bare = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    is_bare.then(|| web_origin(text)).flatten()
}

/// A place that a reference names.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    /// An instance's `/invoke`: never fetched, the caller seals and posts there itself.
    Invoke(Endpoint),
    /// Something to be fetched with GET.
    Web(Url),
    /// A file.
    File(Url),
    /// Anything else: a reference that means something to people or to other programs. Also what would be an instance's
    /// `/invoke` but for a user, a query or a fragment: that is no page to be fetched.
    Other,
}

impl Place {
    /// Reads a reference that is neither a circuit nor a sealed body.
    pub fn read(text: &str) -> Self {
        let Ok(url) = Url::parse(text) else {
            return Self::Other;
        };
        match url.scheme() {
            "http" | "https" if url.path().ends_with("/invoke") => match Endpoint::parse(text) {
                Ok(endpoint) => Self::Invoke(endpoint),
                Err(_) => Self::Other,
            },
            "http" | "https" => Self::Web(url),
            "file" => Self::File(url),
            _ => Self::Other,
        }
    }
}

/// The kind of a data_reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "`words` says what each is")]
pub enum ReferenceKind {
    Empty,
    Web,
    Invoke,
    Sealed(Profile),
    Circuit,
    File,
    FetchHeader,
    Other,
}

impl ReferenceKind {
    /// The kind of this text.
    pub fn of(text: &str) -> Self {
        let text = text.trim();
        if text.is_empty() {
            return Self::Empty;
        }
        if text.starts_with(CIRCUIT_PREFIX) {
            return Self::Circuit;
        }
        if text.starts_with(FETCH_HEADER_PREFIX) {
            return Self::FetchHeader;
        }
        if let Some(profile) = profile_of_sealed(text) {
            return Self::Sealed(profile);
        }
        match Place::read(text) {
            Place::Invoke(_) => Self::Invoke,
            Place::Web(_) => Self::Web,
            Place::File(_) => Self::File,
            Place::Other => Self::Other,
        }
    }

    /// The kind in a word or two.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Empty => "nothing yet",
            Self::Web => "web address",
            Self::Invoke => "another instance",
            Self::Sealed(_) => "sealed query",
            Self::Circuit => "circuit",
            Self::File => "file",
            Self::FetchHeader => "header for fetching",
            Self::Other => "plain reference",
        }
    }

    /// What it means when the pointer is invoked.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Empty => {
                "a URL, a file, internal_circuit::…, or any text that tells people where the data is"
            }
            Self::Web => "the instance fetches it with GET when the pointer is invoked",
            Self::Invoke => "the caller gets this URL, seals its own query and posts it there",
            Self::Sealed(_) => "sealed for someone else: the caller posts it on as it is",
            Self::Circuit => "steps that the instance takes itself when the pointer is invoked",
            Self::File => "read by the instance, if it lies in a folder that the instance allows",
            Self::FetchHeader => {
                "kept sealed; the instance sends it when it fetches what the pointers that name this one lead to"
            }
            Self::Other => "the instance cannot fetch it; it is told to whoever invokes the pointer",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_recognised_by_its_text() {
        for (text, kind) in [
            ("  ", ReferenceKind::Empty),
            ("https://data.example/a.csv", ReferenceKind::Web),
            ("sealed_header::AbC_", ReferenceKind::FetchHeader),
            ("http://127.0.0.1:5002/invoke", ReferenceKind::Invoke),
            ("internal_circuit::[]", ReferenceKind::Circuit),
            ("file:///srv/data/a.csv", ReferenceKind::File),
            ("http://u:p@127.0.0.1:5002/invoke", ReferenceKind::Other),
            ("http://127.0.0.1:5002/invoke?x", ReferenceKind::Other),
            ("http://u:p@127.0.0.1:5002/invoke.json", ReferenceKind::Web),
            ("s3://bucket/key", ReferenceKind::Other),
            ("shelf 4, second box", ReferenceKind::Other),
        ] {
            assert_eq!(ReferenceKind::of(text), kind, "{text}");
        }
    }
}
