//! The fields that each step begins with.

use super::state::Wizard;
use crate::handshake::guide::{Answers, Purpose, Source, Step};
use crate::model::{Delivery, Endpoint, Holder, InstanceKind, InstanceName, Route};
use crate::tui::layers::{Field, Kind, query_within};
use crate::tui::state::State;
use serde_json::json;

/// What stands first in a choice of instances.
pub const NONE: &str = "none";

/// The fields that a step begins with; none where it has none.
pub fn fields(state: &State, wizard: &Wizard) -> Vec<Field> {
    let answers = &wizard.course.answers;
    match wizard.step() {
        Step::Who => {
            let value = answers.app_id.as_ref().map_or("", |id| id.as_str());
            vec![Field::text(
                "app_id",
                "Called as",
                value,
                "a name for them, such as museum-lab: letters, digits, - . _",
            )]
        }
        Step::Scope if answers.purpose == Purpose::Tag => vec![Field::text(
            "tag",
            "Tag",
            answers.tag.clone(),
            "one tag, without #",
        )],
        Step::Limits => limits(answers),
        Step::Request => vec![Field::text(
            "request",
            "Request",
            "",
            "paste what they sent, or type the path of its file",
        )],
        Step::File => {
            let default = match (&answers.instance, &answers.app_id) {
                (Some(instance), Some(app_id)) => format!("{instance}-for-{app_id}.age"),
                _ => String::new(),
            };
            vec![Field::text(
                "file",
                "File",
                default,
                "empty: only on the screen, to copy or scan",
            )]
        }
        Step::Code => vec![
            Field::text(
                "url",
                "Address",
                answers.url.clone(),
                "such as https://b.example:5001",
            ),
            Field::secret(
                "code",
                "Code",
                "a number and three words; capitals and blanks do not matter",
            ),
        ],
        Step::Ask => ask(state, answers),
        Step::Bundle => vec![Field::text(
            "bundle",
            "Bundle",
            match &answers.bundle {
                Some(Source::File(file)) => file.clone(),
                _ => String::new(),
            },
            "paste the text that begins with -----BEGIN, or type the path of the file",
        )],
        Step::Passphrase => vec![Field::secret(
            "words",
            "Words",
            "the seven words that came another way; ^T shows them as you type",
        )],
        Step::Plain => plain(answers),
        Step::Keep => keep(state, wizard),
        Step::Pointer => pointer(state, wizard),
        _ => Vec::new(),
    }
}

fn limits(answers: &Answers) -> Vec<Field> {
    let number = |value: Option<u32>| value.map(|value| value.to_string()).unwrap_or_default();
    let sources: Vec<String> = answers.sources.iter().map(ToString::to_string).collect();
    vec![
        Field::text(
            "lease",
            "Ends after",
            number(answers.lease_days),
            "days; empty for no end",
        ),
        Field::text(
            "rate",
            "Calls a minute",
            number(answers.rate_per_minute),
            "empty for as many as they like",
        ),
        chosen(
            "writes",
            "May change",
            &["no", "yes"],
            if answers.writes { "yes" } else { "no" },
        )
        .hinted("whether actions that change something are allowed at all"),
        Field::text(
            "hops",
            "Further hops",
            answers.hops.to_string(),
            "0: what they ask ends here; up to 8: pointers here may lead them on",
        ),
        Field::text(
            "sources",
            "From",
            sources.join(" "),
            "addresses such as 10.1.0.0/16; empty for anywhere",
        ),
    ]
}

fn ask(state: &State, answers: &Answers) -> Vec<Field> {
    let name = answers.app_id.as_ref().map_or("", |id| id.as_str());
    vec![
        chosen(
            "relay",
            "For",
            &locals(state, None),
            default_relay(state, answers, None).as_str(),
        )
        .hinted("the instance of yours that shall call by itself; none: only this console"),
        chosen("holders", "Held by", &["both", "instance", "console"], "both")
            .hinted("both: the instance and this console, each with a credential of its own"),
        Field::text(
            "app_id",
            "Called as",
            name,
            "the name under which you would like to call",
        ),
        Field::text(
            "file",
            "File",
            "",
            "where to write the request; empty: only on the screen",
        ),
    ]
}

fn plain(answers: &Answers) -> Vec<Field> {
    let name = answers.app_id.as_ref().map_or("", |id| id.as_str());
    vec![
        Field::text(
            "url",
            "URL",
            answers.url.clone(),
            "such as https://museum.example/invoke",
        ),
        Field::text("app_id", "app_id", name, "as it was given to you"),
        Field::secret("jwt_secret", "JWT secret", "JWT_SECRET_KEY"),
        Field::secret(
            "encryption_key",
            "Encryption key",
            "BUTTERFLY_ENCRYPTION_KEY, 44 characters",
        ),
    ]
}

fn keep(state: &State, wizard: &Wizard) -> Vec<Field> {
    let answers = &wizard.course.answers;
    let proposed = wizard
        .says
        .as_ref()
        .and_then(|says| says.pointer("/instance/name"));
    let plain = answers.delivery == Delivery::Plain;
    let value = match (&answers.name, proposed.and_then(|name| name.as_str())) {
        (Some(name), _) => name.to_string(),
        (None, Some(name)) if free(state, name) => name.to_owned(),
        _ => String::new(),
    };
    let hint = if plain {
        "how you will call it here"
    } else {
        "how you will call it here; empty: the name that it has itself"
    };
    let mut fields = vec![Field::text("name", "Name here", value, hint)];
    if !plain && may_relay(wizard) {
        let called = called_here(state, wizard);
        fields.push(
            chosen(
                "relay",
                "For relay",
                &locals(state, called.as_deref()),
                default_relay(state, answers, called.as_deref()).as_str(),
            )
            .hinted("the instance of yours that may call it by itself; none: only this console"),
        );
    }
    fields
}

fn pointer(state: &State, wizard: &Wizard) -> Vec<Field> {
    let called = called_here(state, wizard);
    let called = called.as_deref();
    let locals: Vec<String> = locals(state, called)
        .into_iter()
        .filter(|name| name != NONE)
        .collect();
    if locals.is_empty() {
        return Vec::new();
    }
    let relay = default_relay(state, &wizard.course.answers, called);
    let route = if wizard.can_relay() {
        Route::Relay
    } else {
        Route::Endpoint
    };
    let routes: Vec<String> = Route::ALL.iter().map(ToString::to_string).collect();
    vec![
        chosen("make", "Make one", &["yes", "no, later"], "yes")
            .hinted("it takes a second, and proves the whole way"),
        chosen("instance", "On", &locals, &relay).hinted("the instance of yours that gets the pointer"),
        chosen("route", "By route", &routes, route.as_str())
            .hinted("relay: your instance calls; endpoint and circuit: this console calls"),
        from_its_start(Field::text(
            "query",
            "Asks",
            query_within(wizard.grant.as_ref()),
            "what the other side is asked, as JSON",
        )),
    ]
}

/// A field whose text is read from its beginning, however long it is.
fn from_its_start(mut field: Field) -> Field {
    if let Kind::Text(input) = &mut field.kind {
        *input = std::mem::take(input).with_cursor(0);
    }
    field
}

/// A choice with one of its options chosen.
fn chosen(id: &'static str, label: &'static str, options: &[impl ToString], option: &str) -> Field {
    let options: Vec<String> = options.iter().map(ToString::to_string).collect();
    let place = options.iter().position(|other| other == option).unwrap_or(0);
    let mut field = Field::choice(id, label, options, "");
    if let Kind::Choice(_, at) = &mut field.kind {
        *at = place;
    }
    field
}

impl Field {
    fn hinted(mut self, hint: &str) -> Self {
        hint.clone_into(&mut self.hint);
        self
    }
}

/// Whether what came may have a credential for an instance of ours, as far as that is known before it is opened.
fn may_relay(wizard: &Wizard) -> bool {
    let answers = &wizard.course.answers;
    let said = wizard.says.as_ref().and_then(|says| says.get("credentials"));
    let said = said.filter(|_| answers.delivery == Delivery::Passphrase);
    match said.and_then(|credentials| credentials.as_array()) {
        Some(credentials) => credentials
            .iter()
            .any(|credential| credential.get("holder") == Some(&json!(Holder::Instance))),
        None => answers.delivery != Delivery::Request || answers.holders.contains(&Holder::Instance),
    }
}

/// The instance of this home that is about to be called, if it is one: it cannot hold a credential for itself.
fn called_here(state: &State, wizard: &Wizard) -> Option<String> {
    let answers = &wizard.course.answers;
    let said = wizard
        .says
        .as_ref()
        .filter(|_| answers.delivery == Delivery::Passphrase);
    let id = said.and_then(|says| says.pointer("/instance/id")?.as_str());
    let by_code = answers.delivery == Delivery::Code;
    let url = Endpoint::parse(&answers.url).ok().filter(|_| by_code);
    let rows = state.instances.rows.iter().map(|instance| &instance.row);
    rows.filter(|row| row.kind == InstanceKind::Local)
        .find(|row| {
            let has_id = id.is_some() && row.instance_id.as_ref().map(|id| id.as_str()) == id;
            let answers_there = url
                .as_ref()
                .is_some_and(|url| url.authority() == row.endpoint.authority());
            has_id || answers_there || wizard.remote.as_ref() == Some(&row.name)
        })
        .map(|row| row.name.to_string())
}

/// Instances of ours that can hold a credential to call another one, after none.
fn locals(state: &State, called: Option<&str>) -> Vec<String> {
    let rows = state.instances.rows.iter().map(|instance| &instance.row);
    std::iter::once(NONE.to_owned())
        .chain(
            rows.filter(|row| row.kind == InstanceKind::Local && !row.read_only)
                .map(|row| row.name.to_string())
                .filter(|name| called != Some(name.as_str())),
        )
        .collect()
}

/// The instance that was named, or the first that there is.
fn default_relay(state: &State, answers: &Answers, called: Option<&str>) -> String {
    let named = answers.relay.as_ref().map(ToString::to_string);
    named
        .filter(|name| called != Some(name.as_str()))
        .or_else(|| locals(state, called).into_iter().nth(1))
        .unwrap_or_else(|| NONE.to_owned())
}

fn free(state: &State, name: &str) -> bool {
    InstanceName::parse(name).is_ok() && state.instances.get(name).is_none()
}
