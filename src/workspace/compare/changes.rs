//! A difference as people and scripts read it: a list of changes with their paths, and indented lines with
//! what is unchanged folded.

use super::delta::{Delta, Item, Member, removed};
use serde::Serialize;
use serde_json::Value;

/// More lines than this nobody reads; the rest is counted.
const MOST_LINES: usize = 20_000;

/// What became of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words say it")]
pub enum ChangeKind {
    Added,
    Removed,
    Changed,
    Moved,
}

/// One change. Paths are spelled as jq does.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// Where, in the second value; for what is removed, in the first.
    pub path: String,
    /// What happened.
    pub kind: ChangeKind,
    /// What stood there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What stands there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
    /// For what moved: its path in the first value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
}

/// Every change, in the order of the values.
pub fn changes(old: &Value, delta: &Delta) -> Vec<Change> {
    let mut found = Vec::new();
    collect(old, delta, "", "", &mut found);
    found
}

fn collect(old: &Value, delta: &Delta, path: &str, old_path: &str, found: &mut Vec<Change>) {
    let here = |path: &str| {
        if path.is_empty() {
            ".".to_owned()
        } else {
            path.to_owned()
        }
    };
    match (delta, old) {
        (Delta::Replaced(new), _) => found.push(Change {
            path: here(path),
            kind: ChangeKind::Changed,
            before: Some(old.clone()),
            after: Some(new.clone()),
            from: None,
        }),
        (Delta::Object(members), Value::Object(old)) => {
            for (name, member) in members {
                let (path, old_path) = (member_path(path, name), member_path(old_path, name));
                match member {
                    Member::Changed(delta) => collect(&old[name], delta, &path, &old_path, found),
                    Member::Added(value) => found.push(added(path, value)),
                    Member::Removed => found.push(gone(old_path, &old[name])),
                }
            }
        }
        (Delta::List(items), Value::Array(old)) => {
            for place in removed(old.len(), items) {
                found.push(gone(item_path(old_path, place), &old[place]));
            }
            for (place, item) in items.iter().enumerate() {
                let path = item_path(path, place);
                match item {
                    Item::Added(value) => found.push(added(path, value)),
                    Item::Kept { from, moved, delta } => {
                        let old_path = item_path(old_path, *from);
                        if *moved {
                            found.push(Change {
                                path: path.clone(),
                                kind: ChangeKind::Moved,
                                before: None,
                                after: None,
                                from: Some(old_path.clone()),
                            });
                        }
                        collect(&old[*from], delta, &path, &old_path, found);
                    }
                }
            }
        }
        _ => {}
    }
}

fn added(path: String, value: &Value) -> Change {
    Change {
        path,
        kind: ChangeKind::Added,
        before: None,
        after: Some(value.clone()),
        from: None,
    }
}

fn gone(path: String, value: &Value) -> Change {
    Change {
        path,
        kind: ChangeKind::Removed,
        before: Some(value.clone()),
        after: None,
        from: None,
    }
}

fn member_path(path: &str, name: &str) -> String {
    let is_plain = !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name
            .bytes()
            .all(|byte| byte == b'_' || byte.is_ascii_alphanumeric());
    if is_plain {
        format!("{path}.{name}")
    } else {
        format!("{path}.{}", Value::String(name.to_owned()))
    }
}

fn item_path(path: &str, place: usize) -> String {
    let dot = if path.is_empty() { "." } else { "" };
    format!("{path}{dot}[{place}]")
}

/// What a line of a difference says of what is on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub enum DiffSign {
    Same,
    Added,
    Removed,
    Moved,
}

/// A line of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffLine {
    /// What it says.
    pub sign: DiffSign,
    /// How deep it is indented.
    pub depth: usize,
    /// The text.
    pub text: String,
}

/// The difference as indented lines, runs of what is unchanged folded into one line each.
pub fn lines(old: &Value, delta: &Delta) -> Vec<DiffLine> {
    let mut writer = Writer::default();
    writer.delta(old, delta, 0, "");
    writer.lines
}

#[derive(Default)]
struct Writer {
    lines: Vec<DiffLine>,
    is_full: bool,
}

impl Writer {
    fn push(&mut self, sign: DiffSign, depth: usize, text: String) {
        if self.lines.len() < MOST_LINES {
            self.lines.push(DiffLine { sign, depth, text });
        } else if !self.is_full {
            self.is_full = true;
            let text = "… and more; the command line shows all: butterfly log diff".to_owned();
            self.lines.push(DiffLine {
                sign: DiffSign::Same,
                depth: 0,
                text,
            });
        }
    }

    fn same(&mut self, depth: usize, count: usize, what: &str) {
        match count {
            0 => {}
            1 => self.push(DiffSign::Same, depth, format!("… one {what} unchanged")),
            many => self.push(DiffSign::Same, depth, format!("… {many} {what}s unchanged")),
        }
    }

    fn delta(&mut self, old: &Value, delta: &Delta, depth: usize, label: &str) {
        match (delta, old) {
            (Delta::Same, _) => self.push(DiffSign::Same, depth, format!("{label}unchanged")),
            (Delta::Replaced(new), _) => {
                self.value(DiffSign::Removed, depth, label, old);
                self.value(DiffSign::Added, depth, label, new);
            }
            (Delta::Object(members), Value::Object(old)) => {
                self.push(DiffSign::Same, depth, format!("{label}{{"));
                let gone_or_changed = members
                    .iter()
                    .filter(|(_, member)| !matches!(member, Member::Added(_)))
                    .count();
                for (name, member) in members {
                    let label = format!("{}: ", Value::String(name.clone()));
                    match member {
                        Member::Changed(delta) => self.delta(&old[name], delta, depth + 1, &label),
                        Member::Added(value) => self.value(DiffSign::Added, depth + 1, &label, value),
                        Member::Removed => self.value(DiffSign::Removed, depth + 1, &label, &old[name]),
                    }
                }
                self.same(depth + 1, old.len() - gone_or_changed, "member");
                self.push(DiffSign::Same, depth, "}".to_owned());
            }
            (Delta::List(items), Value::Array(old)) => {
                self.push(DiffSign::Same, depth, format!("{label}["));
                self.items(old, items, depth + 1);
                self.push(DiffSign::Same, depth, "]".to_owned());
            }
            _ => {}
        }
    }

    fn items(&mut self, old: &[Value], items: &[Item], depth: usize) {
        for place in removed(old.len(), items) {
            self.value(DiffSign::Removed, depth, &format!("{place}: "), &old[place]);
        }
        let mut unchanged = 0;
        for (place, item) in items.iter().enumerate() {
            let label = format!("{place}: ");
            match item {
                Item::Kept {
                    moved: false,
                    delta: Delta::Same,
                    ..
                } => {
                    unchanged += 1;
                    continue;
                }
                Item::Kept { from, moved, delta } => {
                    self.same(depth, std::mem::take(&mut unchanged), "item");
                    if *moved {
                        let text = format!("{label}was {from}{}", summary(&old[*from]));
                        self.push(DiffSign::Moved, depth, text);
                    }
                    if *delta != Delta::Same {
                        self.delta(&old[*from], delta, depth, &label);
                    }
                }
                Item::Added(value) => {
                    self.same(depth, std::mem::take(&mut unchanged), "item");
                    self.value(DiffSign::Added, depth, &label, value);
                }
            }
        }
        self.same(depth, unchanged, "item");
    }

    fn value(&mut self, sign: DiffSign, depth: usize, label: &str, value: &Value) {
        match value {
            Value::Object(members) if !members.is_empty() => {
                self.push(sign, depth, format!("{label}{{"));
                for (name, value) in members {
                    let label = format!("{}: ", Value::String(name.clone()));
                    self.value(sign, depth + 1, &label, value);
                }
                self.push(sign, depth, "}".to_owned());
            }
            Value::Array(items) if !items.is_empty() => {
                self.push(sign, depth, format!("{label}["));
                for item in items {
                    self.value(sign, depth + 1, "", item);
                }
                self.push(sign, depth, "]".to_owned());
            }
            plain => self.push(sign, depth, format!("{label}{plain}")),
        }
    }
}

/// A few words about a value that moved.
fn summary(value: &Value) -> String {
    const LONGEST: usize = 60;
    let text = value.to_string();
    let shown: String = text.chars().take(LONGEST).collect();
    let more = if shown.len() < text.len() { "…" } else { "" };
    format!("   {shown}{more}")
}
