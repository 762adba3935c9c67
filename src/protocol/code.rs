//! The stable words that say why something failed, on the wire and on the command line.

use crate::model::Profile;
use std::fmt;

/// Why a query failed. The word (`as_str`) is part of the contract with other people's scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// Not strict JSON, or not an object with `action`.
    MalformedQuery,
    /// No action of this name.
    UnknownAction,
    /// A parameter that the action needs is not there.
    MissingParameter,
    /// A parameter has the wrong type, form or size.
    InvalidParameter,
    /// No pointer at this address.
    PointerNotFound,
    /// No connection with this id.
    ConnectionNotFound,
    /// No domain with this id.
    DomainNotFound,
    /// No credential of this name or key id.
    CredentialNotFound,
    /// No offer with this id.
    OfferNotFound,
    /// No access key like this one.
    AccessKeyNotFound,
    /// No federation of domains with this id, or no pending one for this request key.
    FederationNotFound,
    /// Another pointer has this data_reference already.
    DuplicateReference,
    /// Something else of this name or identity is there already.
    AlreadyExists,
    /// What was to be changed is not as whoever asks saw it: nothing was written.
    ChangedMeanwhile,
    /// Something else still needs what was to be removed.
    InUse,
    /// The pointer is not assigned to the connection that was named.
    NotAssigned,
    /// The connection is disabled.
    ConnectionDisabled,
    /// The credential's grant does not include this.
    NotGranted,
    /// Only the instance's owner may do this.
    OwnerOnly,
    /// The caller does not own the domain concerned.
    AccessDenied,
    /// The instance or console is in read-only mode.
    ReadOnly,
    /// The fetch policy forbids contacting this address.
    FetchRefused,
    /// A circuit is malformed, too deep, or has too many steps.
    InvalidCircuit,
    /// The relay would return to an instance that the call already passed.
    LoopDetected,
    /// No hop is left for a relay.
    HopsExhausted,
    /// The deadline passed.
    DeadlineExceeded,
    /// The peer could not be reached.
    PeerUnreachable,
    /// The peer refused our credential.
    PeerRefused,
    /// The peer answered with something that is not a sealed reply to our request.
    PeerGarbage,
    /// The peer answered with an error whose code is not known here, or that has none.
    PeerFailed,
    /// The federated connection has no held credential.
    NoHeldCredential,
    /// Not authenticated.
    Unauthenticated,
    /// Too many calls.
    RateLimited,
    /// The server is stopping or has too much to do.
    Overloaded,
    /// The server's storage failed.
    StorageFailed,
    /// A credential, bundle or passphrase does not open something.
    CannotOpen,
    /// A bundle is damaged, expired, or of a version that this program does not know.
    BundleRefused,
    /// The credential is refused until people on both sides have compared the words.
    NotVerified,
    /// Something happened to the credential that should not: it is frozen, and both sides are told.
    CredentialFrozen,
    /// The one-time code is wrong, used up or too old.
    CodeRefused,
    /// The handshake or credential is not at a step where this can be done.
    WrongStep,
    /// No handshake of this id.
    HandshakeNotFound,
    /// A request is damaged, expired, forged, or of a version that this program does not know.
    RequestRefused,
    /// The audit trail does not fit together.
    AuditBroken,
    /// The home is locked, its vault is missing, or the passphrase is wrong.
    VaultLocked,
    /// The instance is already hosted by another process.
    AlreadyHosted,
    /// The address is in use, or may not be listened on.
    CannotListen,
    /// No instance of this name.
    InstanceNotFound,
    /// The command line does not make sense.
    Usage,
    /// A file or folder cannot be read or written.
    FileFailed,
    /// A call that was to be done once began before, and nobody knows whether it ended.
    OutcomeUnknown,
    /// As many imports are open as may be at a time.
    TooManyImports,
    /// Anything else; a defect if it is ever seen.
    Internal,
}

/// Bytes of the longest code of other implementations that is told as it is.
const LONGEST_WORD: usize = 64;

/// What a process ends with (DESIGN section 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExitClass {
    /// 1: the operation failed.
    Failed = 1,
    /// 2: usage.
    Usage = 2,
    /// 3: refused by authentication, grant or policy.
    Refused = 3,
    /// 4: unreachable, or the deadline passed.
    Unreachable = 4,
}

impl Code {
    /// Every code.
    pub const ALL: [Self; 53] = [
        Self::MalformedQuery,
        Self::UnknownAction,
        Self::MissingParameter,
        Self::InvalidParameter,
        Self::PointerNotFound,
        Self::ConnectionNotFound,
        Self::DomainNotFound,
        Self::CredentialNotFound,
        Self::OfferNotFound,
        Self::AccessKeyNotFound,
        Self::FederationNotFound,
        Self::DuplicateReference,
        Self::AlreadyExists,
        Self::ChangedMeanwhile,
        Self::InUse,
        Self::NotAssigned,
        Self::ConnectionDisabled,
        Self::NotGranted,
        Self::OwnerOnly,
        Self::AccessDenied,
        Self::ReadOnly,
        Self::FetchRefused,
        Self::InvalidCircuit,
        Self::LoopDetected,
        Self::HopsExhausted,
        Self::DeadlineExceeded,
        Self::PeerUnreachable,
        Self::PeerRefused,
        Self::PeerGarbage,
        Self::PeerFailed,
        Self::NoHeldCredential,
        Self::Unauthenticated,
        Self::RateLimited,
        Self::Overloaded,
        Self::StorageFailed,
        Self::CannotOpen,
        Self::BundleRefused,
        Self::NotVerified,
        Self::CredentialFrozen,
        Self::CodeRefused,
        Self::WrongStep,
        Self::HandshakeNotFound,
        Self::RequestRefused,
        Self::AuditBroken,
        Self::VaultLocked,
        Self::AlreadyHosted,
        Self::CannotListen,
        Self::InstanceNotFound,
        Self::Usage,
        Self::FileFailed,
        Self::OutcomeUnknown,
        Self::TooManyImports,
        Self::Internal,
    ];

    /// The word on the wire and in `--json`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MalformedQuery => "malformed_query",
            Self::UnknownAction => "unknown_action",
            Self::MissingParameter => "missing_parameter",
            Self::InvalidParameter => "invalid_parameter",
            Self::PointerNotFound => "pointer_not_found",
            Self::ConnectionNotFound => "connection_not_found",
            Self::DomainNotFound => "domain_not_found",
            Self::CredentialNotFound => "credential_not_found",
            Self::OfferNotFound => "offer_not_found",
            Self::AccessKeyNotFound => "access_key_not_found",
            Self::FederationNotFound => "federation_not_found",
            Self::DuplicateReference => "duplicate_reference",
            Self::AlreadyExists => "already_exists",
            Self::ChangedMeanwhile => "changed_meanwhile",
            Self::InUse => "in_use",
            Self::NotAssigned => "not_assigned",
            Self::ConnectionDisabled => "connection_disabled",
            Self::NotGranted => "not_granted",
            Self::OwnerOnly => "owner_only",
            Self::AccessDenied => "access_denied",
            Self::ReadOnly => "read_only",
            Self::FetchRefused => "fetch_refused",
            Self::InvalidCircuit => "invalid_circuit",
            Self::LoopDetected => "loop_detected",
            Self::HopsExhausted => "hops_exhausted",
            Self::DeadlineExceeded => "deadline_exceeded",
            Self::PeerUnreachable => "peer_unreachable",
            Self::PeerRefused => "peer_refused",
            Self::PeerGarbage => "peer_garbage",
            Self::PeerFailed => "peer_failed",
            Self::NoHeldCredential => "no_held_credential",
            Self::Unauthenticated => "unauthenticated",
            Self::RateLimited => "rate_limited",
            Self::Overloaded => "overloaded",
            Self::StorageFailed => "storage_failed",
            Self::CannotOpen => "cannot_open",
            Self::BundleRefused => "bundle_refused",
            Self::NotVerified => "not_verified",
            Self::CredentialFrozen => "credential_frozen",
            Self::CodeRefused => "code_refused",
            Self::WrongStep => "wrong_step",
            Self::HandshakeNotFound => "handshake_not_found",
            Self::RequestRefused => "request_refused",
            Self::AuditBroken => "audit_broken",
            Self::VaultLocked => "vault_locked",
            Self::AlreadyHosted => "already_hosted",
            Self::CannotListen => "cannot_listen",
            Self::InstanceNotFound => "instance_not_found",
            Self::Usage => "usage",
            Self::FileFailed => "file_failed",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::TooManyImports => "too_many_imports",
            Self::Internal => "internal",
        }
    }

    /// Reads the word back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == text)
    }

    /// Whether a text may be a code, also one of other implementations, and be told where codes are told.
    pub fn is_word(text: &str) -> bool {
        let is_in_words = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        (1..=LONGEST_WORD).contains(&text.len()) && text.bytes().all(is_in_words)
    }

    /// What a process that met this ends with.
    pub const fn exit_class(self) -> ExitClass {
        match self {
            Self::NotGranted
            | Self::OwnerOnly
            | Self::AccessDenied
            | Self::ReadOnly
            | Self::FetchRefused
            | Self::ConnectionDisabled
            | Self::Unauthenticated
            | Self::PeerRefused
            | Self::RateLimited
            | Self::LoopDetected
            | Self::HopsExhausted
            | Self::VaultLocked
            | Self::CannotOpen
            | Self::BundleRefused
            | Self::NotVerified
            | Self::CredentialFrozen
            | Self::CodeRefused
            | Self::RequestRefused => ExitClass::Refused,
            Self::PeerUnreachable | Self::DeadlineExceeded | Self::Overloaded => ExitClass::Unreachable,
            Self::Usage => ExitClass::Usage,
            _ => ExitClass::Failed,
        }
    }

    /// The HTTP status under which the sealed error travels (DESIGN section 3.7). Legacy clients
    /// expect 200 for everything that could be opened.
    pub const fn http_status(self, profile: Profile) -> u16 {
        match (profile, self) {
            (_, Self::MalformedQuery) => 400,
            (_, Self::RateLimited) => 429,
            (Profile::Legacy, _) => 200,
            (
                Profile::Native,
                Self::NotGranted
                | Self::OwnerOnly
                | Self::AccessDenied
                | Self::ReadOnly
                | Self::NotVerified
                | Self::CredentialFrozen,
            ) => 403,
            (Profile::Native, Self::LoopDetected | Self::HopsExhausted) => 508,
            (Profile::Native, Self::DeadlineExceeded) => 504,
            (Profile::Native, Self::PeerUnreachable | Self::PeerRefused | Self::PeerGarbage) => 502,
            (Profile::Native, _) => 200,
        }
    }

    /// Whether it is about the way from hop to hop, and not about what was asked at its end.
    pub const fn is_of_the_way(self) -> bool {
        matches!(
            self,
            Self::LoopDetected
                | Self::HopsExhausted
                | Self::DeadlineExceeded
                | Self::PeerUnreachable
                | Self::PeerRefused
                | Self::PeerGarbage
        )
    }
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_listed_once_and_reads_back() {
        for code in Code::ALL {
            assert_eq!(Code::parse(code.as_str()), Some(code));
        }
    }

    #[test]
    fn codes_map_to_the_documented_statuses() {
        assert_eq!(Code::NotGranted.http_status(Profile::Native), 403);
        assert_eq!(Code::NotGranted.http_status(Profile::Legacy), 200);
        assert_eq!(Code::LoopDetected.http_status(Profile::Native), 508);
        assert_eq!(Code::DeadlineExceeded.http_status(Profile::Native), 504);
        assert_eq!(Code::PeerGarbage.http_status(Profile::Native), 502);
        assert_eq!(Code::MalformedQuery.http_status(Profile::Legacy), 400);
    }
}
