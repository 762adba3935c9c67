//! A failure as a person and a script see it.

use crate::client::{CallError, ClientError, FailedExchange};
use crate::handshake::{BundleError, CodeError, HandoverError, LifeError, RequestError};
use crate::instance::InstanceError;
use crate::model::InstanceName;
use crate::protocol::{Code, CredentialFormError, ExitClass, Hop, Problem};
use crate::vault::VaultError;
use serde_json::{Value, json};
use std::fmt;

/// What failed, on which instance, and what to do about it. Never carries a secret.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// The stable word; decides the exit code.
    pub code: Code,
    /// One clear sentence.
    pub message: String,
    /// On which instance, where one was concerned.
    pub instance: Option<String>,
    /// What to do.
    pub remedy: String,
    /// Whether the request had left when the call failed, so that what was asked may be done; none where no request was
    /// made, or it is not known.
    pub sent: Option<bool>,
    /// The hops of a call that ended without a reply, where they were asked for: what it came to, and its times until
    /// then.
    pub hops: Vec<Hop>,
}

impl Failure {
    /// A failure with its remedy.
    pub fn new(code: Code, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            instance: None,
            remedy: remedy.into(),
            sent: None,
            hops: Vec::new(),
        }
    }

    /// With the hops of the call that failed. One of them says that the call ended there: the caller's own, if the
    /// others do not.
    pub fn after(mut self, mut hops: Vec<Hop>) -> Self {
        let is_said = hops.iter().any(Hop::says_where_it_ended);
        if let Some(own) = hops.first_mut().filter(|_| !is_said) {
            own.failed = Some(self.code.as_str().to_owned());
        }
        self.hops = hops;
        self
    }

    /// Says on which instance it happened; commands that the remedy names are about it from then on. Of an instance that
    /// this home has no name for, there are none.
    pub fn on(mut self, instance: impl Into<String>) -> Self {
        let instance = instance.into();
        self.remedy = match InstanceName::parse(&instance) {
            Err(_) if self.remedy.contains(SOME_INSTANCE) => format!("ask the administrator of {instance}"),
            _ => about(&self.remedy, &instance),
        };
        self.instance = Some(instance);
        self
    }

    /// What the process ends with.
    pub fn exit_class(&self) -> ExitClass {
        self.code.exit_class()
    }

    /// `{"error": {"code", "message", "instance", "remedy", "sent"?}}`, and `hops` beside it where they were asked for.
    pub fn to_value(&self) -> Value {
        let mut value = json!({"error": {
            "code": self.code.as_str(),
            "message": self.message,
            "instance": self.instance,
            "remedy": self.remedy,
        }});
        if let Some(sent) = self.sent {
            value["error"]["sent"] = json!(sent);
        }
        if !self.hops.is_empty() {
            value["hops"] = json!(self.hops);
        }
        value
    }

    /// The failure that an instance's error reply tells of.
    pub fn from_problem(problem: &Problem, instance: &str) -> Self {
        Self::from(problem.clone()).on(instance)
    }

    /// The failure of a call that ended without a reply. What was sent may be done, whatever is said of the rest.
    pub fn of_exchange(failed: &FailedExchange) -> Self {
        let failure = Self::from(failed.error.clone());
        match failed.error {
            ClientError::Deadline { .. } => failure.sent(failed.is_sent),
            ClientError::Unreachable { sent: true, .. } if failed.request.body.len() > TAKEN_AT_ONCE => {
                Self {
                    remedy: "the query is larger than most instances take, 1 MiB: send less at once"
                        .to_owned(),
                    ..failure
                }
            }
            _ => failure,
        }
    }

    /// Says whether the request had left: then there is something to look at before it is repeated.
    fn sent(mut self, sent: bool) -> Self {
        self.sent = Some(sent);
        if sent {
            self.remedy
                .push_str("; it may have done what was asked, so look before you repeat a change");
        }
        self
    }
}

/// Bytes of a sealed query that instances take.
const TAKEN_AT_ONCE: usize = 1024 * 1024;

/// The member by which an instance says that its request to a peer had left.
const SENT: &str = "sent";

/// Stands in remedies where the name of the instance goes, once it is known.
const SOME_INSTANCE: &str = "INSTANCE";

/// A remedy whose commands are about this instance.
pub(super) fn about(remedy: &str, instance: &str) -> String {
    remedy.replace(SOME_INSTANCE, instance)
}

/// What usually helps, by code.
fn remedy_for(code: Code) -> &'static str {
    match code {
        Code::PointerNotFound => "list the pointers with `butterfly pointer list INSTANCE`",
        Code::ConnectionNotFound => "list the connections with `butterfly connection list INSTANCE`",
        Code::DomainNotFound => "list the domains with `butterfly domain list INSTANCE`",
        Code::CredentialNotFound => "list the credentials with `butterfly credential list`",
        Code::NotGranted | Code::OwnerOnly | Code::AccessDenied => {
            "ask the instance's administrator for a credential that allows it"
        }
        Code::MissingParameter => {
            "parameters stand beside \"action\" in the query; see which with `butterfly invoke INSTANCE '{\"action\": \"get_capabilities\"}'`"
        }
        Code::InvalidParameter => {
            "correct the value, or see what the action takes: `butterfly invoke INSTANCE '{\"action\": \"get_capabilities\"}'`"
        }
        Code::UnknownAction | Code::MalformedQuery => {
            "see what the instance's actions take: `butterfly invoke INSTANCE '{\"action\": \"get_capabilities\"}'`"
        }
        Code::AccessKeyNotFound => "list the keys with `butterfly domain show INSTANCE DOMAIN`",
        Code::FederationNotFound => "list the federations with `butterfly domain federations INSTANCE`",
        Code::ChangedMeanwhile => "look at what it is now, and make the change again if it still is to be",
        Code::InUse => "remove or move what still needs it first",
        Code::OfferNotFound => "list the offers with `butterfly handshake status INSTANCE`",
        Code::NoHeldCredential => "install one with `butterfly handshake accept`, or take route endpoint",
        Code::DuplicateReference => "use the pointer that is there, or change the data_reference",
        Code::AlreadyExists => "choose another name, or use what is there",
        Code::NotAssigned => "assign the pointer with `butterfly connection assign`",
        Code::ConnectionDisabled => {
            "open the connection with `butterfly connection status`, if you administer it"
        }
        Code::ReadOnly => "set `read_only = false` in the instance's instance.toml and start it again",
        Code::FetchRefused => {
            "if it shall be had all the same, list its range under `fetch_allow`, or its folder under `file_roots`, in instance.toml; for a header, make a credential pointer with that server as --origin"
        }
        Code::InvalidCircuit => "correct the circuit: a list of actions, or one of them",
        Code::LoopDetected => "let the pointer lead there by no instance twice",
        Code::HopsExhausted => {
            "let the pointer lead there by fewer instances, or ask for a credential that allows more hops"
        }
        Code::OutcomeUnknown => "look at what it should have done before you ask for a change again",
        Code::DeadlineExceeded => "the instance called last is slow or hangs; try again, or probe it",
        Code::PeerUnreachable => "check that the peer is running and that its URL and port are right",
        Code::PeerRefused => {
            "the credential for the peer is wrong, revoked or expired, the peer was restored from an older backup, or the clocks differ; ask the peer's administrator"
        }
        Code::PeerGarbage => {
            "check that the peer's URL leads to a Butterfly instance and that the credential for it is the right one"
        }
        Code::PeerFailed => {
            "see what the instance says in its message and in its whole reply; whoever administers it can tell more"
        }
        Code::NotVerified => {
            "compare the seven words with the other administrator, and have both sides say that they match"
        }
        Code::CredentialFrozen => {
            "two parties have had its secrets: revoke it and make a new offer over another channel"
        }
        Code::CodeRefused => "ask the other administrator for a new code",
        Code::WrongStep => "see where it stands with `butterfly handshake status --all`",
        Code::HandshakeNotFound => "list the handshakes with `butterfly handshake status`",
        Code::RequestRefused => "ask the other administrator for a new request",
        Code::BundleRefused => "ask the other administrator for a new offer",
        Code::TooManyImports => "wait until another import has ended",
        Code::RateLimited | Code::Overloaded => "wait a little and try again",
        Code::StorageFailed => "look after the disk and the database of the instance, then try again",
        _ => "look at the instance's audit trail for the reason",
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.instance {
            Some(instance) => write!(formatter, "{instance}: {}", self.message)?,
            None => formatter.write_str(&self.message)?,
        }
        write!(formatter, "; {}", self.remedy)
    }
}

impl std::error::Error for Failure {}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        let failure = Self::new(error.code(), error.to_string(), error.remedy());
        let sent = match error {
            ClientError::Unreachable { sent, .. } => Some(sent),
            ClientError::Withheld { .. } => Some(true),
            _ => None,
        };
        Self { sent, ..failure }
    }
}

impl From<InstanceError> for Failure {
    fn from(error: InstanceError) -> Self {
        Self::new(error.code(), error.to_string(), error.remedy())
    }
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        Self::new(error.code(), error.to_string(), error.remedy())
    }
}

impl From<BundleError> for Failure {
    fn from(error: BundleError) -> Self {
        Self::new(error.code(), error.to_string(), error.remedy())
    }
}

impl From<LifeError> for Failure {
    fn from(error: LifeError) -> Self {
        Self::new(error.code(), error.to_string(), error.remedy())
    }
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        Self::new(Code::RequestRefused, error.to_string(), error.remedy())
    }
}

impl From<CodeError> for Failure {
    fn from(error: CodeError) -> Self {
        let remedy = match error {
            CodeError::Form | CodeError::UnknownWord { .. } => {
                "type the number and the three words that the other administrator reads out"
            }
            CodeError::Garbled | CodeError::Wrong => {
                "the code is used up now: ask the other administrator for a new one, and type it with care"
            }
        };
        Self::new(Code::CodeRefused, error.to_string(), remedy)
    }
}

impl From<HandoverError> for Failure {
    fn from(error: HandoverError) -> Self {
        match error {
            HandoverError::Code(error) => error.into(),
            HandoverError::Bundle(error) => error.into(),
        }
    }
}

impl From<CredentialFormError> for Failure {
    fn from(error: CredentialFormError) -> Self {
        Self::new(
            Code::InvalidParameter,
            error.to_string(),
            "compare the values with what the instance's administrator gave you",
        )
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let failure = Self::new(problem.code, problem.message, remedy_for(problem.code));
        match (problem.code, problem.details.get(SENT).and_then(Value::as_bool)) {
            (Code::PeerUnreachable | Code::DeadlineExceeded | Code::PeerGarbage, Some(sent)) => {
                failure.sent(sent)
            }
            (_, sent) => Self { sent, ..failure },
        }
    }
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Client(error) => error.into(),
            // The call's own queries are complete: what is missing is what the chosen route needs.
            CallError::Problem(problem) if problem.code == Code::MissingParameter => Self::new(
                problem.code,
                problem.message,
                "take the pointer's own route, which is what a call without `--route` takes",
            ),
            CallError::Problem(problem) => problem.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_wrong_on_the_way_has_a_remedy_of_its_own() {
        let usual = remedy_for(Code::Internal);
        for code in [
            Code::MissingParameter,
            Code::StorageFailed,
            Code::PeerUnreachable,
            Code::PeerRefused,
            Code::PeerGarbage,
            Code::PeerFailed,
            Code::DeadlineExceeded,
        ] {
            assert_ne!(remedy_for(code), usual, "{code}");
        }
    }

    #[test]
    fn a_remedy_names_the_instance_that_is_concerned() {
        let problem = Problem::new(Code::PointerNotFound, "there is no such pointer");
        let failure = Failure::from_problem(&problem, "museum");
        assert_eq!(
            failure.remedy,
            "list the pointers with `butterfly pointer list museum`"
        );
    }

    #[test]
    fn what_was_sent_before_it_failed_is_not_to_be_repeated_without_looking() {
        let look = "look before you repeat a change";
        for code in [Code::PeerUnreachable, Code::DeadlineExceeded, Code::PeerGarbage] {
            let told = |sent: bool| Failure::from(Problem::new(code, "x").with(SENT, json!(sent)));
            assert!(told(true).remedy.contains(look), "{code}");
            assert!(!told(false).remedy.contains(look), "{code}");
            assert_eq!(told(true).to_value()["error"]["sent"], true);
            assert_eq!(told(false).to_value()["error"]["sent"], false);
        }
        let nothing = Failure::from(Problem::new(Code::PointerNotFound, "x"));
        assert_eq!(nothing.to_value()["error"].get("sent"), None);
    }

    #[test]
    fn of_an_instance_that_has_no_name_here_no_command_is_told() {
        let problem = Problem::new(Code::PointerNotFound, "there is no such pointer");
        let failure = Failure::from_problem(&problem, "gamma at 127.0.0.1:5003");
        assert_eq!(failure.remedy, "ask the administrator of gamma at 127.0.0.1:5003");
    }

    #[test]
    fn a_route_that_lacks_something_is_not_blamed_on_the_instance() {
        let problem = Problem::new(Code::MissingParameter, "route circuit needs a sealed query");
        let failure = Failure::from(CallError::Problem(problem));
        assert!(failure.remedy.contains("--route"), "{failure}");
    }
}
