//! Where in a chain of calls something failed, told in one way by every instance on it.
//!
//! Beside the code and the message stands `failed_at`: `{path, peer, peer_name, peer_endpoint, code}`, the instances
//! that the call had passed and the one that it failed at. Whoever relays that hands it on as it is, so that the first
//! caller learns which hop it was and what was said there, and not only that its own peer could not help.

use super::actions::Call;
use super::chain_members::{FAILED_AT, SENT};
use super::held::Holding;
use crate::model::InstanceId;
use crate::protocol::{Code, Problem, Reply};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The hop that a chain failed at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Whereabouts {
    /// The instances passed so far, the one that tells this last.
    pub path: Vec<InstanceId>,
    /// The instance that was not passed; none where its credential does not say which it is, or there is none.
    #[serde(default)]
    pub peer: Option<InstanceId>,
    /// What the last of the path calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer_name: Option<String>,
    /// Where it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer_endpoint: Option<String>,
}

/// The same as it travels.
#[derive(Serialize, Deserialize)]
struct Told {
    #[serde(flatten)]
    at: Whereabouts,
    code: String,
}

impl Whereabouts {
    /// On this instance, before any peer came into it.
    pub(super) fn here(passed: &[InstanceId], own: &InstanceId) -> Self {
        let mut path = passed.to_vec();
        path.push(own.clone());
        Self {
            path,
            peer: None,
            peer_name: None,
            peer_endpoint: None,
        }
    }

    /// On the way from this instance to the peer of a held credential.
    pub(super) fn before(call: &Call<'_>, holding: &Holding) -> Self {
        let credential = &holding.credential;
        Self {
            peer: credential.instance_id().cloned(),
            peer_name: holding.peer.name.clone(),
            peer_endpoint: Some(credential.endpoint.to_string()),
            ..Self::here(&call.context.path, call.instance.id())
        }
    }

    /// A problem of this instance's own, with where it was.
    pub(super) fn tell(&self, problem: Problem) -> Problem {
        let code = problem.code.as_str();
        let problem = self.in_members(problem, code);
        self.in_words(problem)
    }

    fn in_words(&self, problem: Problem) -> Problem {
        Problem {
            message: format!("{}; {self}", problem.message),
            ..problem
        }
    }

    /// A problem that the peer told of: from a hop after it, or its own. What the peer says of the way up to here is
    /// not taken from it.
    pub(super) fn hand_on(&self, mut problem: Problem, reply: &Reply) -> Problem {
        let code = reply.failure().unwrap_or(problem.code.as_str());
        let later = reply.member(FAILED_AT).filter(|told| self.is_later(told));
        if later.is_none() {
            // The peer was asked and answered. A member of this name is one of its own, unless it relayed itself.
            problem.details.shift_remove(SENT);
        }
        let problem = problem.with("peer_reply", reply.to_value());
        match later {
            Some(told) => self.in_members(problem, code).with(FAILED_AT, told.clone()),
            None if problem.code.is_of_the_way() => self.in_words(self.in_members(problem, code)),
            None => self.in_members(problem, code),
        }
    }

    /// Whether a peer's words are of a hop after this one.
    fn is_later(&self, told: &Value) -> bool {
        let Ok(Told { at, code }) = Told::deserialize(told) else {
            return false;
        };
        let begins_here = at.path.starts_with(&self.path);
        let next = at.path.get(self.path.len()).or(at.peer.as_ref());
        let goes_there =
            self.peer.is_none() || at.path.len() == self.path.len() || next == self.peer.as_ref();
        begins_here && goes_there && Code::is_word(&code)
    }

    /// With the code as whoever failed said it.
    fn in_members(&self, problem: Problem, code: &str) -> Problem {
        let told = Told {
            at: self.clone(),
            code: code.to_owned(),
        };
        problem
            .with("path", json!(self.path))
            .with("peer", json!(self.peer))
            .with("peer_endpoint", json!(self.peer_endpoint))
            .with(FAILED_AT, json!(told))
    }
}

/// `failed at NAME (ID), after A → B`.
impl std::fmt::Display for Whereabouts {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut passed: Vec<&str> = self.path.iter().map(InstanceId::as_str).collect();
        let id = self.peer.as_ref().map(InstanceId::as_str);
        let at = match (&self.peer_name, id.or(self.peer_endpoint.as_deref())) {
            (Some(name), Some(id)) => format!("{name} ({id})"),
            (None, Some(id)) => id.to_owned(),
            (_, None) => passed.pop().unwrap_or_default().to_owned(),
        };
        write!(formatter, "failed at {at}")?;
        if passed.is_empty() {
            return Ok(());
        }
        write!(formatter, ", after {}", passed.join(" → "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u8) -> InstanceId {
        InstanceId::parse(&format!("inst_{number:012x}")).unwrap()
    }

    /// From 1 over 2 to 3.
    fn way() -> Whereabouts {
        Whereabouts {
            peer: Some(id(3)),
            peer_name: Some("gamma".into()),
            peer_endpoint: Some("http://127.0.0.1:5003/invoke".into()),
            ..Whereabouts::here(&[id(1)], &id(2))
        }
    }

    /// An error with these members.
    fn reply(members: Value) -> Reply {
        let error = Reply::parse(br#"{"status":"error"}"#).unwrap();
        let members = members.as_object().unwrap().clone();
        members
            .into_iter()
            .fold(error, |reply, (name, value)| reply.with(&name, value))
    }

    #[test]
    fn one_wording_says_who_and_after_whom() {
        assert_eq!(
            way().to_string(),
            "failed at gamma (inst_000000000003), after inst_000000000001 → inst_000000000002"
        );
        let mut original = way();
        (original.peer, original.peer_name) = (None, None);
        assert_eq!(
            original.to_string(),
            "failed at http://127.0.0.1:5003/invoke, after inst_000000000001 → inst_000000000002"
        );
        assert_eq!(
            Whereabouts::here(&[], &id(2)).to_string(),
            "failed at inst_000000000002"
        );
    }

    #[test]
    fn what_a_later_hop_said_is_handed_on_as_it_is() {
        let mut later = way();
        later.path.push(id(3));
        later.peer = Some(id(4));
        let said = later.tell(Problem::new(Code::PeerRefused, "no"));
        let said = said.with(SENT, json!(true));
        let handed = way().hand_on(said.clone(), &Reply::error(&said));
        assert_eq!(
            handed.details[SENT], true,
            "an instance that relays knows what it sent"
        );
        assert_eq!(handed.message, said.message);
        assert_eq!(handed.details[FAILED_AT], said.details[FAILED_AT]);
        assert_eq!(handed.details[FAILED_AT]["code"], "peer_refused");
        assert_eq!(handed.details["path"], json!([id(1), id(2)]), "ours is ours");
    }

    #[test]
    fn a_peer_says_nothing_of_the_way_before_it() {
        let said = Problem::new(Code::PeerUnreachable, "away");
        for path in [
            json!([]),
            json!([id(9), id(2), id(3)]),
            json!([id(1), id(2), id(9)]),
        ] {
            let told = json!({"path": path, "peer": id(5), "code": "peer_unreachable"});
            let handed = way().hand_on(said.clone(), &reply(json!({FAILED_AT: told})));
            assert_eq!(handed.details[FAILED_AT]["path"], json!([id(1), id(2)]));
            assert_eq!(handed.details[FAILED_AT]["peer"], json!(id(3)));
            assert!(handed.message.ends_with(&way().to_string()), "{}", handed.message);
        }
    }

    #[test]
    fn what_is_wrong_with_the_question_is_the_peer_s_word_alone() {
        let said = Problem::new(Code::PointerNotFound, "Pointer not found: ptr_0123456789ab");
        let handed = way().hand_on(said, &reply(json!({"code": "pointer_not_found"})));
        assert_eq!(handed.message, "Pointer not found: ptr_0123456789ab");
        assert_eq!(handed.details[FAILED_AT]["code"], "pointer_not_found");
    }

    #[test]
    fn a_code_of_other_implementations_is_told_as_it_was_said() {
        let theirs = reply(json!({"code": "quota_exceeded", "message": "m"}));
        let handed = way().hand_on(theirs.problem().unwrap(), &theirs);
        assert_eq!(handed.code, Code::PeerFailed);
        assert_eq!(handed.details[FAILED_AT]["code"], "quota_exceeded");
        let before = Whereabouts {
            peer: Some(id(2)),
            ..Whereabouts::here(&[], &id(1))
        };
        let ours = Reply::error(&handed);
        let told = before.hand_on(ours.problem().unwrap(), &ours);
        assert_eq!(told.code, Code::PeerFailed);
        assert_eq!(told.details[FAILED_AT], handed.details[FAILED_AT]);
    }

    #[test]
    fn what_a_peer_says_it_sent_is_nothing_of_ours() {
        for sent in [true, false] {
            let theirs = reply(json!({"message": "order stored, mail not sent", SENT: sent}));
            let handed = way().hand_on(theirs.problem().unwrap(), &theirs);
            assert_eq!(handed.details.get(SENT), None);
            assert_eq!(handed.details["peer_reply"][SENT], sent);
        }
    }
}
