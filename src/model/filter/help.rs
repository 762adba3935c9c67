//! The language in a few lines, made from the table of fields.

use super::fields::Field;
use super::kind::Kind;

/// What can be written and what it means; `words` says where bare words are looked for.
pub fn help(fields: &[Field], words: &str) -> Vec<(String, String)> {
    let mut lines = vec![
        ("word \"two words\"".to_owned(), format!("{words} contains it")),
        ("~letters".to_owned(), "these letters in this order".to_owned()),
        ("!term".to_owned(), "not that".to_owned()),
    ];
    for field in fields {
        let written = match (field.name, field.kind) {
            ("tag", _) => "#tag".to_owned(),
            ("instance", _) => "@instance".to_owned(),
            (name, Kind::Text) => format!("{name}:text"),
            (name, Kind::Remark) => format!("{name}:text|any|none"),
            (name, Kind::OneOf(words)) => format!("{name}:{}", words.join("|")),
            (name, Kind::Number) => format!("{name}:>2"),
            (name, Kind::Bytes) => format!("{name}:>1MB"),
            (name, Kind::Duration) => format!("{name}:>100ms"),
            (name, Kind::Moment) => format!("{name}:1h"),
        };
        lines.push((written, field.help.to_owned()));
    }
    lines.push((
        "CAPITALS".to_owned(),
        "small letters stand for both cases, a capital makes a text exact".to_owned(),
    ));
    lines
}
