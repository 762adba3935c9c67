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
    /// The reply as it came, to be handed on, where a whole number beside the result was rounded.
    as_it_came: Option<Box<Rendered>>,
    /// Whether a whole number among the others was rounded.
    is_rounded: bool,
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
        Self::of(Some(result), Map::new(), false)
    }

    fn of(rendered: Option<Rendered>, others: Map<String, Value>, is_rounded: bool) -> Self {
        Self(Arc::new(Body {
            rendered,
            peer_reply: None,
            others,
            as_it_came: None,
            is_rounded,
        }))
    }

    /// `{"status": "success", "result": …, "peer_reply": …}`: what a peer answered, with its result as ours. A large result
    /// is there once only: the peer's reply says that it is beside it.
    pub fn handing_on(peer_reply: Self) -> Self {
        if peer_reply.result_length() > Some(LARGEST_TWICE) {
            return Self::handing_on_once(peer_reply);
        }
        let levels = peer_reply.depth();
        let whole = match &peer_reply.0.as_it_came {
            Some(text) => Rendered::clone(text),
            None => {
                let text = String::from_utf8(peer_reply.to_bytes()).expect("JSON is written as UTF-8");
                Rendered::read(text, levels)
            }
        };
        let mut body = Arc::unwrap_or_clone(peer_reply.0);
        let result = body.rendered.unwrap_or_else(|| {
            let result = body.others.shift_remove("result").unwrap_or(Value::Null);
            Rendered::of(&result)
        });
        let mut reply = Self::success_rendered(result);
        Arc::make_mut(&mut reply.0).peer_reply = Some(whole);
        reply
    }

    fn handing_on_once(peer_reply: Self) -> Self {
        let body = Arc::unwrap_or_clone(peer_reply.0);
        let mut beside = Map::new();
        beside.insert("status".to_owned(), SUCCESS.clone());
        beside.insert(RESULT_BESIDE.to_owned(), Value::Bool(true));
        beside.extend(body.others);
        let mut others = Map::new();
        others.insert(PEER_REPLY.to_owned(), Value::Object(beside));
        Self::of(body.rendered, others, body.is_rounded)
    }

    fn whole(object: Map<String, Value>) -> Self {
        Self::of(None, object, false)
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
        if let Some(read) = handed_on::read(bytes) {
            return Ok(Self::of(read.result, read.others, read.is_rounded));
        }
        match strict_json::parse_rounding(bytes)? {
            (Value::Object(object), is_rounded) if object.get("status").is_some_and(Value::is_string) => {
                Ok(Self::of(None, object, is_rounded))
            }
            _ => Err(StrictJsonError::NotAReply),
        }
    }

    /// The same for whoever hands replies on: the result of a success stays text however long it is, and what is beside
    /// it, or what says of no success, is not taken for more than a part of the memory that a result may need. What would
    /// be rounded stays text in a short reply too.
    pub fn parse_to_hand_on(bytes: &[u8]) -> Result<Self, StrictJsonError> {
        if bytes.len() <= handed_on::LONGEST {
            let reply = Self::parse(bytes)?;
            return Ok(match reply.0.is_rounded {
                true => reply.with_digits_of(bytes),
                false => reply,
            });
        }
        let read = handed_on::read_large(bytes)?;
        let is_reply = read.result.is_some() || read.others.get("status").is_some_and(Value::is_string);
        if !is_reply {
            return Err(StrictJsonError::NotAReply);
        }
        Ok(Self::of(read.result, read.others, read.is_rounded))
    }

    /// This reply with what it is made of as text, where it says of a success.
    fn with_digits_of(self, bytes: &[u8]) -> Self {
        let levels = self.depth();
        let read = handed_on::read_large(bytes)
            .ok()
            .filter(|read| read.result.is_some());
        let (Some(read), Ok(text)) = (read, std::str::from_utf8(bytes)) else {
            return self;
        };
        let mut reply = Self::of(read.result, read.others, read.is_rounded);
        Arc::make_mut(&mut reply.0).as_it_came = Some(Box::new(Rendered::read(text, levels)));
        reply
    }

    /// Whether a whole number of it has more digits than are kept, so that its value is another one.
    pub fn is_rounded(&self) -> bool {
        let body = &self.0;
        let mut texts = [&body.rendered, &body.peer_reply].into_iter().flatten();
        body.is_rounded || texts.any(|text| strict_json::is_rounding(text.as_str().as_bytes()))
    }

    /// The peer's own reply, in that of an instance that relayed.
    pub fn peer_reply(&self) -> Option<Result<Self, StrictJsonError>> {
        let value = self.member(PEER_REPLY).filter(|value| value.is_object())?;
        if let (Some(Value::Bool(true)), Some(result)) = (value.get(RESULT_BESIDE), self.result()) {
            return Some(Ok(self.with_result_of(value, result)));
        }
        let read = Self::parse(value.to_string().as_bytes());
        Some(read.map(|mut reply| {
            Arc::make_mut(&mut reply.0).is_rounded |= self.is_rounded();
            reply
        }))
    }

    /// The peer's reply whose result is ours.
    fn with_result_of(&self, peer_reply: &Value, result: &Value) -> Self {
        let mut object = peer_reply.as_object().cloned().unwrap_or_default();
        object.shift_remove(RESULT_BESIDE);
        object.insert("result".to_owned(), result.clone());
        Self::of(None, object, self.is_rounded())
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
/// The member of such a reply that says that its result is that of the reply around it.
const RESULT_BESIDE: &str = "result_beside";
/// Bytes of a result that may be in a reply twice: whoever hands that on in turn takes 1 MiB beside the result at most,
/// and nobody reads more than 128 MiB.
const LARGEST_TWICE: usize = 512 * 1024;
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
        assert_eq!(
            exit_class(r#"{"status":"creation_model_complete","result":{}}"#),
            None
        );
        assert_eq!(exit_class(r#"{"status":"pending"}"#), Some(ExitClass::Failed));
    }

    #[test]
    fn a_large_result_is_handed_on_once_and_found_again() {
        let large = "x".repeat(LARGEST_TWICE);
        let theirs = format!(r#"{{"status": "success", "result": "{large}", "took": 3}}"#);
        let mut reply = Reply::parse_to_hand_on(theirs.as_bytes()).unwrap();
        for _ in 0..2 {
            let bytes = Reply::handing_on(reply).with("peer", json!("inst_1")).to_bytes();
            assert!(bytes.len() < theirs.len() + 1_000, "{}", bytes.len());
            reply = Reply::parse_to_hand_on(&bytes).unwrap();
        }
        let next = Reply::parse(&reply.to_bytes())
            .unwrap()
            .peer_reply()
            .unwrap()
            .unwrap();
        assert_eq!(
            next.member("peer"),
            Some(&json!("inst_1")),
            "an instance that relayed itself"
        );
        assert_eq!(
            next.peer_reply().unwrap().unwrap(),
            Reply::parse(theirs.as_bytes()).unwrap()
        );
    }

    #[test]
    fn the_digits_of_a_result_are_handed_on_whatever_the_peer_writes_between_members() {
        for text in [
            r#"{"status":"success","result":{"wei":25000000000000000001}}"#,
            r#"{"status": "success", "result": {"wei": 25000000000000000001}}"#,
            r#"{"result": {"wei": 25000000000000000001}, "status": "success", "at": 25000000000000000002}"#,
            r#"{"status":"success","result":1,"wei":25000000000000000001}"#,
        ] {
            assert!(Reply::parse(text.as_bytes()).unwrap().is_rounded(), "{text}");
            let reply = Reply::parse_to_hand_on(text.as_bytes()).unwrap();
            let bytes = Reply::handing_on(reply).to_bytes();
            let handed_on = String::from_utf8(bytes).unwrap();
            let digits = ["25000000000000000001", "25000000000000000002"];
            for digits in digits.into_iter().filter(|digits| text.contains(digits)) {
                assert!(handed_on.contains(digits), "{handed_on}");
            }
            let reply = Reply::parse(handed_on.as_bytes()).unwrap();
            assert!(reply.is_rounded(), "{handed_on}");
            assert!(reply.peer_reply().unwrap().unwrap().is_rounded(), "{handed_on}");
        }
        let fraction = br#"{"status": "success", "result": [0.1000000000000000055, 2.5e19]}"#;
        assert!(!Reply::parse(fraction).unwrap().is_rounded());
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
        assert_eq!(
            reply.failure(),
            Some("peer_failed"),
            "no text of theirs where codes are told"
        );
        assert!(Reply::parse(br#"{"message":"hello"}"#).is_err());
    }
}
