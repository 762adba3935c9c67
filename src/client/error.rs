//! Why a call to an instance did not end in a reply.

use super::tls::OTHER_KEY;
use crate::protocol::{Code, EnvelopeError, Problem};

/// Why a call did not end in a reply. Every message names the endpoint and the remedy; none carries a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// No connection: refused, no route, name unknown, reset. `sent` tells whether the request may have been executed.
    #[error("{}: {cause}", unreached(endpoint, *sent))]
    Unreachable {
        /// Where it was dialled.
        endpoint: String,
        /// What the system said.
        cause: String,
        /// Whether any byte of the request may have arrived.
        sent: bool,
    },
    /// The certificate is not trusted, or its key is not the pinned one.
    #[error("{endpoint} shows a TLS certificate that is not accepted: {cause}")]
    Tls {
        /// Where it was dialled.
        endpoint: String,
        /// Why.
        cause: String,
    },
    /// The deadline passed, perhaps (0 s) before the call could begin.
    #[error("{endpoint} did not answer within {seconds} s, when the deadline passed")]
    Deadline {
        /// Where it was dialled.
        endpoint: String,
        /// How long was waited.
        seconds: u64,
    },
    /// 401: the instance does not accept the credential. `hint` is what it said in plain text.
    #[error("{endpoint} refused the credential{}", hint.as_ref().map(|hint| format!(": {hint}")).unwrap_or_default())]
    Refused {
        /// Where it was dialled.
        endpoint: String,
        /// What it said.
        hint: Option<String>,
    },
    /// 401 for a call that was under way when the instance ended its credential: it may have been executed.
    #[error("{endpoint} ended the credential while the call was under way, and withholds its result")]
    Withheld {
        /// Where it was dialled.
        endpoint: String,
    },
    /// An HTTP error that carries no sealed reply (400, 408, 413, 415, 429, 503, …).
    #[error("{endpoint} answered HTTP {status}{}", detail.as_ref().map(|detail| format!(": {detail}")).unwrap_or_default())]
    Http {
        /// Where it was dialled.
        endpoint: String,
        /// The status.
        status: u16,
        /// RFC 9457 detail, made inert.
        detail: Option<String>,
        /// Seconds from `Retry-After`.
        retry_after: Option<u64>,
    },
    /// The response is not a sealed reply to this request.
    #[error("{endpoint} answered with something that is not a reply: {source}")]
    Garbage {
        /// Where it was dialled.
        endpoint: String,
        /// What is wrong with it.
        source: EnvelopeError,
    },
    /// What came is no HTTP, or its head is larger than is read; nothing of it was opened.
    #[error("{endpoint} answered with what cannot be read as HTTP: {cause}")]
    NotHttp {
        /// Where it was dialled.
        endpoint: String,
        /// What is wrong with it.
        cause: &'static str,
    },
    /// The response is larger than is accepted.
    #[error("{endpoint} answered with more than {limit} bytes")]
    TooLarge {
        /// Where it was dialled.
        endpoint: String,
        /// The limit.
        limit: usize,
    },
    /// Plain HTTP to an address that is not loopback.
    #[error("{endpoint} would be called over plain HTTP, which is allowed on loopback only; use https")]
    Plaintext {
        /// Where it was to be dialled.
        endpoint: String,
    },
}

impl ClientError {
    /// The stable word for scripts, and with it the exit code.
    pub fn code(&self) -> Code {
        match self {
            Self::Unreachable { .. } => Code::PeerUnreachable,
            Self::Deadline { .. } => Code::DeadlineExceeded,
            Self::Refused { .. } | Self::Tls { .. } => Code::PeerRefused,
            Self::Withheld { .. } => Code::OutcomeUnknown,
            Self::Http { status: 429, .. } => Code::RateLimited,
            Self::Http { status: 503, .. } => Code::Overloaded,
            Self::Http { .. } | Self::Garbage { .. } | Self::NotHttp { .. } | Self::TooLarge { .. } => {
                Code::PeerGarbage
            }
            Self::Plaintext { .. } => Code::FetchRefused,
        }
    }

    /// Whether the instance shows a TLS key that is none of those pinned, and where.
    pub fn other_tls_key(&self) -> Option<&str> {
        match self {
            Self::Tls { endpoint, cause } if tells_of_another_tls_key(cause) => Some(endpoint),
            _ => None,
        }
    }

    /// What a person can do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Unreachable { sent: true, .. } => {
                "check that it is running; it may have done what was asked, so look before you repeat a change"
            }
            Self::Unreachable { .. } => {
                "check that the instance is running and that the URL and port are right"
            }
            Self::Tls { cause, .. } if cause.contains(OTHER_KEY) => {
                "ask the instance's administrator whether its TLS key changed, and compare the pin again"
            }
            Self::Tls { .. } => {
                "its certificate must be valid today, be for this host's name, and be of an authority that this system knows; \
                 whoever administers it can put another one in its place, or give you the pin of its key"
            }
            Self::Deadline { .. } => {
                "the instance is slow or hangs; try again, or look at it with `instance probe`"
            }
            Self::Refused { .. } => {
                "the credential is wrong, revoked or expired, the instance was restored from an older backup, or the clocks differ; ask \
                 the instance's administrator"
            }
            Self::Withheld { .. } => {
                "what was asked may be done: look before you repeat a change, and ask the instance's administrator about the credential"
            }
            Self::Http { status: 408, .. } => {
                "the request took too long on its way; try again, over a faster connection or with less in it"
            }
            Self::Http { status: 413, .. } => "send less at once: an instance takes 1 MiB in one query",
            Self::Http { status: 429, .. } => "too many calls; wait a little and try again",
            Self::Http { status: 503, .. } => "the instance is stopping or overloaded; try again in a moment",
            Self::Http { .. } => {
                "check that the URL is the instance's /invoke and the credential's profile is the right one"
            }
            Self::Garbage { .. } => {
                "check that the URL leads to a Butterfly instance and that the credential's keys are the right ones"
            }
            Self::NotHttp { .. } => {
                "check that the URL and its port are the instance's, and what stands before it, such as a proxy that adds headers"
            }
            Self::TooLarge { .. } => "ask for less, for example with a limit",
            Self::Plaintext { .. } => "give an https:// URL",
        }
    }
}

/// Whether a message, of ours or of an instance that relays, says that a TLS key is none of those pinned.
pub fn tells_of_another_tls_key(message: &str) -> bool {
    message.contains(OTHER_KEY)
}

fn unreached(endpoint: &str, sent: bool) -> String {
    if sent {
        return format!("the connection to {endpoint} broke off before its reply was there");
    }
    format!("{endpoint} cannot be reached")
}

impl From<ClientError> for Problem {
    fn from(error: ClientError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}
