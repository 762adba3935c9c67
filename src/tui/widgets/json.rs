//! JSON as indented, coloured lines.

use super::text::{Line, wrap};
use crate::tui::theme::Role;
use serde_json::Value;

/// The lines of a value, indented by two, each at most `room` columns where strings allow it.
pub fn json_lines(value: &Value, room: u16) -> Vec<Line> {
    let mut writer = Writer {
        lines: Vec::new(),
        room,
    };
    writer.value(value, 0, Line::new(), "");
    writer.lines
}

struct Writer {
    lines: Vec<Line>,
    room: u16,
}

impl Writer {
    fn value(&mut self, value: &Value, depth: usize, start: Line, end: &str) {
        match value {
            Value::Object(map) if !map.is_empty() => {
                self.lines.push(start.and("{", Role::Faint));
                let last = map.len() - 1;
                for (index, (name, value)) in map.iter().enumerate() {
                    let line = Line::of("  ".repeat(depth + 1), Role::Base)
                        .and(quoted(name), Role::JsonKey)
                        .and(": ", Role::Faint);
                    self.value(value, depth + 1, line, if index == last { "" } else { "," });
                }
                self.close(depth, "}", end);
            }
            Value::Array(list) if !list.is_empty() => {
                self.lines.push(start.and("[", Role::Faint));
                let last = list.len() - 1;
                for (index, value) in list.iter().enumerate() {
                    let line = Line::of("  ".repeat(depth + 1), Role::Base);
                    self.value(value, depth + 1, line, if index == last { "" } else { "," });
                }
                self.close(depth, "]", end);
            }
            Value::String(text) => self.text(text, depth, start, end),
            Value::Number(number) => self.lines.push(
                start
                    .and(number.to_string(), Role::JsonNumber)
                    .and(end, Role::Faint),
            ),
            Value::Object(_) => self
                .lines
                .push(start.and("{}", Role::Faint).and(end, Role::Faint)),
            Value::Array(_) => self
                .lines
                .push(start.and("[]", Role::Faint).and(end, Role::Faint)),
            word => self
                .lines
                .push(start.and(word.to_string(), Role::JsonWord).and(end, Role::Faint)),
        }
    }

    fn close(&mut self, depth: usize, bracket: &str, end: &str) {
        self.lines.push(
            Line::of("  ".repeat(depth), Role::Base)
                .and(bracket, Role::Faint)
                .and(end, Role::Faint),
        );
    }

    /// A string that is too long goes on in the next lines, indented under its beginning.
    fn text(&mut self, text: &str, depth: usize, start: Line, end: &str) {
        let taken: u16 = start.spans.iter().map(|(text, _)| super::draw::width(text)).sum();
        let room = self.room.saturating_sub(taken).max(16);
        let quoted = quoted(text);
        if super::draw::width(&quoted) <= room {
            self.lines
                .push(start.and(quoted, Role::JsonText).and(end, Role::Faint));
            return;
        }
        let indent = "  ".repeat(depth + 1);
        let mut line = start;
        for (index, part) in wrap(&quoted, room).into_iter().enumerate() {
            if index > 0 {
                self.lines
                    .push(std::mem::replace(&mut line, Line::of(indent.clone(), Role::Base)));
            }
            line = line.and(part, Role::JsonText);
        }
        self.lines.push(line.and(end, Role::Faint));
    }
}

fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lines_are_the_value_again() {
        let value =
            json!({"status": "success", "result": {"tags": ["a", "b"], "n": 1.5, "none": null, "empty": {}}});
        let text: String = json_lines(&value, 200)
            .iter()
            .flat_map(|line| line.spans.iter().map(|(text, _)| text.as_str()))
            .collect();
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
