//! Showing replies and the hops of a call.

use super::inert::inert_lines;
use super::outcome::{Outcome, Stop};
use super::session::Session;
use super::table::Table;
use super::words;
use crate::protocol::{Hop, Reply};
use crate::workspace::Failure;
use serde_json::Value;

/// The reply as a person reads it: its JSON, indented; the phases have a table of their own.
pub fn text(reply: &Reply) -> String {
    let mut value = reply.to_value();
    if let Some(members) = value.as_object_mut() {
        members.shift_remove("trace");
    }
    json_text(&value)
}

/// JSON as a person reads it, indented.
pub fn json_text(value: &Value) -> String {
    inert_lines(&serde_json::to_string_pretty(value).expect("a JSON value always serialises"))
}

/// Says of a reply whether what is shown of it is not what came to the last digit.
pub fn note_rounded(session: &Session, reply: &Reply) {
    if reply.is_rounded() {
        session.note(
            "a whole number in this reply has more digits than are kept here, and is shown rounded; \
             have the instance write it as text",
        );
    }
}

/// How a verb ends that got this reply, which was printed already: an error is told on stderr too.
pub fn outcome(session: &Session, reply: &Reply, instance: &str) -> Outcome {
    if let Some(problem) = reply.problem() {
        session.tell(&Failure::from_problem(&problem, instance));
    }
    reply.exit_class().map_or(Ok(()), |class| Err(Stop::Told(class)))
}

/// What a reply holds, or the failure that it tells of.
pub fn result(reply: Reply, instance: &str) -> Result<Value, Failure> {
    if let Some(problem) = reply.problem() {
        return Err(Failure::from_problem(&problem, instance));
    }
    Ok(reply.into_result().unwrap_or_default())
}

/// How a verb ends whose call ended without a reply: the hops that it came to are told before what failed.
pub fn unanswered(session: &Session, failure: Failure) -> Stop {
    if !session.is_json() {
        note_hops(session, &failure.hops);
    }
    failure.into()
}

/// The phases of each hop, on stderr, beside the reply.
pub fn note_hops(session: &Session, hops: &[Hop]) {
    if hops.is_empty() {
        return;
    }
    let mut table = Table::new(["HOP", "INSTANCE", "PHASE", ">START", ">TOOK"]);
    for (index, hop) in hops.iter().enumerate() {
        for (place, phase) in hop.phases.iter().enumerate() {
            let (number, instance) = match place {
                0 => ((index + 1).to_string(), hop.instance.clone()),
                _ => (String::new(), String::new()),
            };
            table.row([
                number,
                instance,
                phase.name.as_str().to_owned(),
                words::duration(phase.start_us),
                words::duration(phase.duration_us),
            ]);
        }
        if let Some(code) = &hop.failed {
            let (number, instance) = match hop.phases.is_empty() {
                true => ((index + 1).to_string(), hop.instance.clone()),
                false => (String::new(), String::new()),
            };
            let ended = format!("ended here: {code}");
            table.row([number, instance, ended, String::new(), String::new()]);
        }
    }
    session.note(table.to_text().trim_end());
}
