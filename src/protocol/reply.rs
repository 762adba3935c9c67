//! A reply: the JSON object inside a sealed response.

use super::code::{Code, ExitClass};
use super::handed_on::{self, BEFORE_RESULT};
use super::rendered::Rendered;
use super::strict_json::{self, StrictJsonError};
use super::{Hop, QueryError};
use serde_json::{Map, Value, json};
use std::sync::{Arc, LazyLock};

/// Statuses of what was done as it was asked: ours, and the word of the original instances for `execute_creation_model`.
pub const DONE: [&str; 2] = ["success", "creation_model_complete"];

/// The status of what went well.
static SUCCESS: LazyLock<Value> = LazyLock::new(|| Value::String("success".to_owned()));

/// What an instance answered, as it was opened: replies of other implementations keep whatever they have.
/// Cheap to clone, because one may have 50 MB.
#[derive(Debug, Clone)]
pub struct Reply(Arc<Body>);

/// The members of a reply.
#[derive(Debug, Clone)]
struct Body {
    /// A result that is text; then `status` is `success`, and neither of the two is among the others.
    rendered: Option<Rendered>,
    /// The whole reply of a peer that is handed on with its result, which is text then.
    peer_reply: Option<Rendered>,
    others: Map<String, Value>,
}

/// Why an action failed, on its way to becoming an error reply.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
    /// The stable word.
    pub code: Code,
    /// What failed, for a person.
    pub message: String,
    /// Further members of the error reply, such as `path` or `pointer_address`.
    pub details: Map<String, Value>,
}

impl Problem {
    /// A code and a sentence.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            details: Map::new(),
        }
    }

    /// Adds a member to the error reply.
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.details.insert(name.to_owned(), value);
        self
    }
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Self {
        let code = match error {
            QueryError::Json(_) | QueryError::NotAnObject | QueryError::NoAction => Code::MalformedQuery,
            QueryError::Missing { .. } => Code::MissingParameter,
            QueryError::Invalid { .. } => Code::InvalidParameter,
        };
        Self::new(code, error.to_string())
    }
}

impl Reply {
    /// `{"status": "success", "result": …}`.
    pub fn success(result: Value) -> Self {
        let mut object = Map::with_capacity(3);
        object.insert("status".to_owned(), Value::String("success".to_owned()));
        object.insert("result".to_owned(), result);
        Self::whole(object)
    }

    /// The same with a result that is rendered already.
    pub fn success_rendered(result: Rendered) -> Self {
        Self::rendered(result, None, Map::new())
    }

    fn rendered(result: Rendered, peer_reply: Option<Rendered>, others: Map<String, Value>) -> Self {
        Self(Arc::new(Body {
            rendered: Some(result),
            peer_reply,
            others,
        }))
    }

    /// `{"status": "success", "result": …, "peer_reply": …}`: what a peer answered, with its result as ours.
    pub fn handing_on(peer_reply: Self) -> Self {
        let whole = String::from_utf8(peer_reply.to_bytes()).expect("JSON is written as UTF-8");
        let levels = peer_reply.depth();
        let mut body = Arc::unwrap_or_clone(peer_reply.0);
        let result = body.rendered.unwrap_or_else(|| {
            let result = body.others.shift_remove("result").unwrap_or(Value::Null);
            Rendered::of(&result)
        });
        Self::rendered(result, Some(Rendered::read(whole, levels)), Map::new())
    }

    fn whole(object: Map<String, Value>) -> Self {
        Self(Arc::new(Body {
            rendered: None,
            peer_reply: None,
            others: object,
        }))
    }

    /// `{"status": "error", "code": …, "message": …}` and the problem's details.
    pub fn error(problem: &Problem) -> Self {
        let mut object = Map::new();
        object.insert("status".to_owned(), Value::String("error".to_owned()));
        object.insert("code".to_owned(), Value::String(problem.code.as_str().to_owned()));
        object.insert("message".to_owned(), Value::String(problem.message.clone()));
        for (name, value) in &problem.details {
            object.insert(name.clone(), value.clone());
        }
        Self::whole(object)
    }

    /// `{"status": "interpretation_rendered", "result": {"interpretation", "details"}}`: a pointer's
    /// own data cannot be had.
    pub fn interpretation(interpretation: &str, details: Value) -> Self {
        let mut object = Map::new();
        object.insert(
            "status".to_owned(),
            Value::String("interpretation_rendered".to_owned()),
        );
        object.insert(
            "result".to_owned(),
            json!({"interpretation": interpretation, "details": details}),
        );
        Self::whole(object)
    }

    /// Reads the bytes that a sealed response held: an object with a text `status`.
    pub fn parse(bytes: &[u8]) -> Result<Self, StrictJsonError> {
        if let Some((result, others)) = handed_on::read(bytes) {
            return Ok(Self::rendered(result, None, others));
        }
        match strict_json::parse(bytes)? {
            Value::Object(object) if object.get("status").is_some_and(Value::is_string) => {
                Ok(Self::whole(object))
            }
            _ => Err(StrictJsonError::NotAReply),
        }
    }

    /// The same for whoever hands replies on: the result of a success stays text however long it is, and what is beside
    /// it, or what says of no success, is not taken for more than a part of the memory that a result may need.
    pub fn parse_to_hand_on(bytes: &[u8]) -> Result<Self, StrictJsonError> {
        if bytes.len() <= handed_on::LONGEST {
            return Self::parse(bytes);
        }
        match handed_on::read_large(bytes)? {
            (Some(result), others) => Ok(Self::rendered(result, None, others)),
            (None, object) if object.get("status").is_some_and(Value::is_string) => Ok(Self::whole(object)),
            (None, _) => Err(StrictJsonError::NotAReply),
        }
    }

    /// Bytes of a result that is text still.
    pub fn result_length(&self) -> Option<usize> {
        self.0.rendered.as_ref().map(|result| result.as_str().len())
    }

    /// `success`, `error`, `interpretation_rendered`, or what another implementation says.
    pub fn status(&self) -> &str {
        self.member("status").and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether the status is `success`.
    pub fn is_success(&self) -> bool {
        self.status() == "success"
    }

    /// The result, if there is one.
    pub fn result(&self) -> Option<&Value> {
        self.member("result")
    }

    /// The result, unless it is still the text that it was rendered as.
    pub fn result_tree(&self) -> Option<&Value> {
        self.0.others.get("result")
    }

    /// Takes the result out.
    pub fn into_result(self) -> Option<Value> {
        match Arc::try_unwrap(self.0) {
            Ok(mut body) => match body.rendered {
                Some(rendered) => Some(rendered.into_value()),
                None => body.others.shift_remove("result"),
            },
            Err(shared) => Self(shared).result().cloned(),
        }
    }

    /// A top-level member.
    pub fn member(&self, name: &str) -> Option<&Value> {
        match (&self.0.rendered, name) {
            (Some(_), "status") => Some(&SUCCESS),
            (Some(rendered), "result") => Some(rendered.value()),
            (_, PEER_REPLY) => match &self.0.peer_reply {
                Some(peer_reply) => Some(peer_reply.value()),
                None => self.0.others.get(PEER_REPLY),
            },
            _ => self.0.others.get(name),
        }
    }

    /// The code of an error, if it is one that we know.
    pub fn code(&self) -> Option<Code> {
        self.member("code").and_then(Value::as_str).and_then(Code::parse)
    }

    /// The code of an error in the word of whoever answered, also one that is not known here; none of any other reply.
    pub fn failure(&self) -> Option<&str> {
        if self.status() != "error" {
            return None;
        }
        let said = self.member("code").and_then(Value::as_str);
        let said = said.filter(|word| Code::is_word(word));
        Some(said.unwrap_or(Code::PeerFailed.as_str()))
    }

    /// The message of an error.
    pub fn message(&self) -> Option<&str> {
        self.member("message").and_then(Value::as_str)
    }

    /// The problem that an error reply tells of.
    pub fn problem(&self) -> Option<Problem> {
        if self.status() != "error" {
            return None;
        }
        let message = self.message().unwrap_or("the instance gave no reason").to_owned();
        let details = self
            .0
            .others
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "status" | "code" | "message" | "trace"))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        Some(Problem {
            code: self.code().unwrap_or(Code::PeerFailed),
            message,
            details,
        })
    }

    /// The phases of the call, hop inside hop, if the reply carries them.
    pub fn trace(&self) -> Option<Hop> {
        serde_json::from_value(self.member("trace")?.clone()).ok()
    }

    /// Adds or replaces a top-level member.
    pub fn with(mut self, name: &str, value: Value) -> Self {
        if matches!(name, "status" | "result" | PEER_REPLY) {
            self = Self::whole(self.into_object());
        }
        Arc::make_mut(&mut self.0).others.insert(name.to_owned(), value);
        self
    }

    /// Adds the phases of the call.
    pub fn with_trace(self, hop: &Hop) -> Self {
        let value = serde_json::to_value(hop).expect("a hop has only string keys");
        self.with("trace", value)
    }

    /// How deep it nests, in levels.
    pub fn depth(&self) -> usize {
        let body = &self.0;
        let texts = [&body.rendered, &body.peer_reply].into_iter().flatten();
        let texts = texts.map(Rendered::depth);
        let values = body.others.values().map(strict_json::depth);
        1 + texts.chain(values).max().unwrap_or(0)
    }

    /// What a process that got this reply ends with; none for a reply that says of something done.
    pub fn exit_class(&self) -> Option<ExitClass> {
        if DONE.contains(&self.status()) {
            return None;
        }
        Some(self.code().map_or(ExitClass::Failed, Code::exit_class))
    }

    /// The reply as a JSON value.
    pub fn to_value(&self) -> Value {
        Value::Object(self.clone().into_object())
    }

    fn into_object(self) -> Map<String, Value> {
        let body = Arc::unwrap_or_clone(self.0);
        let Some(rendered) = body.rendered else {
            return body.others;
        };
        let mut object = Map::with_capacity(2 + body.others.len());
        object.insert("status".to_owned(), SUCCESS.clone());
        object.insert("result".to_owned(), rendered.into_value());
        if let Some(peer_reply) = body.peer_reply {
            object.insert(PEER_REPLY.to_owned(), peer_reply.into_value());
        }
        object.extend(body.others);
        object
    }

    /// The reply as the bytes that get sealed.
    pub fn to_bytes(&self) -> Vec<u8> {
        let others = &self.0.others;
        let Some(rendered) = &self.0.rendered else {
            return serde_json::to_vec(others).expect(SERIALISES);
        };
        let text = rendered.as_str();
        let peer_reply = self.0.peer_reply.as_ref().map_or("", Rendered::as_str);
        let length = BEFORE_RESULT.len() + text.len() + BEFORE_PEER_REPLY.len() + peer_reply.len();
        let mut bytes = Vec::with_capacity(length + USUAL_OTHERS);
        bytes.extend_from_slice(BEFORE_RESULT);
        bytes.extend_from_slice(text.as_bytes());
        if !peer_reply.is_empty() {
            bytes.extend_from_slice(BEFORE_PEER_REPLY);
            bytes.extend_from_slice(peer_reply.as_bytes());
        }
        for (name, value) in others {
            bytes.push(b',');
            serde_json::to_writer(&mut bytes, name).expect(SERIALISES);
            bytes.push(b':');
            serde_json::to_writer(&mut bytes, value).expect(SERIALISES);
        }
        bytes.push(b'}');
        bytes
    }
}

/// The member of a relayed reply that is the peer's own one.
const PEER_REPLY: &str = "peer_reply";
const BEFORE_PEER_REPLY: &[u8] = br#","peer_reply":"#;
/// Bytes for which there is room behind what is text already.
const USUAL_OTHERS: usize = 64;
const SERIALISES: &str = "a JSON map with string keys always serialises";

impl PartialEq for Reply {
    fn eq(&self, other: &Self) -> bool {
        self.to_value() == other.to_value()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_keeps_its_code_message_and_details() {
        let problem = Problem::new(Code::LoopDetected, "the call would return to inst_0123456789ab")
            .with("path", json!(["inst_0123456789ab"]));
        let reply = Reply::parse(&Reply::error(&problem).to_bytes()).unwrap();
        assert_eq!(reply.problem(), Some(problem));
        assert_eq!(reply.exit_class(), Some(ExitClass::Refused));
    }

    #[test]
    fn a_rendered_result_is_the_same_reply_as_its_value() {
        let result =
            json!({"pointer": {"address": "ptr_0123456789ab", "tags": ["a", "\"b\""]}, "next": null});
        let extend = |reply: Reply| reply.with("repeated", json!(true)).with("peer", json!("inst_1"));
        let plain = extend(Reply::success(result.clone()));
        let rendered = extend(Reply::success_rendered(Rendered::of(&result)));
        assert_eq!(rendered.to_bytes(), plain.to_bytes());
        assert_eq!(rendered, plain);
        assert_eq!(rendered.to_value(), plain.to_value());
        assert!(rendered.is_success() && rendered.code().is_none());
        assert_eq!(rendered.member("repeated"), Some(&json!(true)));
        assert_eq!(rendered.result(), Some(&result));
        assert_eq!(rendered.clone().into_result(), Some(result.clone()));
        let shared = rendered.clone();
        assert_eq!(rendered.into_result(), Some(result));
        let replaced = shared.with("result", json!(1));
        assert_eq!(replaced.to_bytes(), plain.with("result", json!(1)).to_bytes());
    }

    #[test]
    fn a_reply_that_is_handed_on_is_there_twice_whoever_wrote_it() {
        let texts = [
            r#"{"status":"success","result":{"a":[1,2]},"trace":{"at_us":1}}"#,
            r#"{"result": {"a": [1, 2]}, "status": "success", "took": 3}"#,
            r#"{"status":"success"}"#,
        ];
        for text in texts {
            let theirs: Value = serde_json::from_str(text).unwrap();
            let handed_on = Reply::handing_on(Reply::parse(text.as_bytes()).unwrap());
            let handed_on = handed_on.with("peer", json!("inst_1"));
            let result = &theirs["result"];
            let expected =
                json!({"status": "success", "result": result, "peer_reply": theirs, "peer": "inst_1"});
            assert_eq!(handed_on.to_value(), expected);
            assert_eq!(handed_on.depth(), strict_json::depth(&expected));
            assert_eq!(handed_on.to_bytes(), serde_json::to_vec(&expected).unwrap());
            assert_eq!(handed_on.member("peer_reply"), Some(&theirs));
            let replaced = handed_on.with("peer_reply", json!(1));
            assert_eq!(replaced.member("peer_reply"), Some(&json!(1)));
            assert_eq!(replaced.to_value()["peer_reply"], json!(1));
        }
    }

    #[test]
    fn what_an_original_instance_did_is_no_failure() {
        let exit_class = |text: &str| Reply::parse(text.as_bytes()).unwrap().exit_class();
        assert_eq!(exit_class(r#"{"status":"creation_model_complete","result":{}}"#), None);
        assert_eq!(exit_class(r#"{"status":"pending"}"#), Some(ExitClass::Failed));
    }

    #[test]
    fn a_reply_of_another_implementation_may_lack_a_code() {
        let reply = Reply::parse(br#"{"status":"error","message":"Unknown action: 'x'"}"#).unwrap();
        assert_eq!(reply.problem().unwrap().code, Code::PeerFailed);
        assert_eq!(reply.failure(), Some("peer_failed"));
        assert_eq!(reply.exit_class(), Some(ExitClass::Failed));
        let reply = Reply::parse(br#"{"status":"error","code":"quota_exceeded","message":"m"}"#).unwrap();
        assert_eq!(reply.problem().unwrap().code, Code::PeerFailed);
        assert_eq!(reply.failure(), Some("quota_exceeded"));
        let reply = Reply::parse(br#"{"status":"error","code":"quota exceeded\u001b[2J"}"#).unwrap();
        assert_eq!(reply.failure(), Some("peer_failed"), "no text of theirs where codes are told");
        assert!(Reply::parse(br#"{"message":"hello"}"#).is_err());
    }
}
