//! What the environment says of the terminal: hints only, because it may say less than is so.

use super::{Observation, Severity};

/// Everything about the terminal, by these variables.
pub(super) fn all(variable: impl Fn(&str) -> Option<String>) -> Vec<Observation> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    vec![kind(&set), colours(&set), locale(&set), multiplexer(&set)]
        .into_iter()
        .flatten()
        .collect()
}

fn hint(check: &'static str, subject: &str, message: impl Into<String>, remedy: &str) -> Option<Observation> {
    Some(Observation::of(Severity::Hint, check, subject, message, remedy))
}

fn kind(set: &impl Fn(&str) -> Option<String>) -> Option<Observation> {
    match set("TERM").as_deref() {
        None => hint(
            "terminal",
            "TERM",
            "it is not set",
            "the console needs a terminal that says what it is",
        ),
        Some("dumb") => hint(
            "terminal",
            "TERM",
            "a terminal that is `dumb` cannot show the console",
            "use another one",
        ),
        Some(term) => Some(Observation::ok("terminal", "TERM", term)),
    }
}

fn colours(set: &impl Fn(&str) -> Option<String>) -> Option<Observation> {
    if set("NO_COLOR").is_some() {
        return Some(Observation::ok(
            "colours",
            "NO_COLOR",
            "it is set: no colours, as wished",
        ));
    }
    let says_all = set("COLORTERM").is_some_and(|value| value == "truecolor" || value == "24bit");
    let term = set("TERM").unwrap_or_default();
    if says_all || set("TMUX").is_some() || term.contains("direct") {
        return Some(Observation::ok("colours", "COLORTERM", "all colours"));
    }
    if term.contains("256") {
        return hint(
            "colours",
            "COLORTERM",
            "256 colours",
            "if your terminal shows all of them, say so: `export COLORTERM=truecolor`",
        );
    }
    hint(
        "colours",
        "TERM",
        "perhaps sixteen colours",
        "if your terminal shows more, name its kind in TERM, such as xterm-256color",
    )
}

fn locale(set: &impl Fn(&str) -> Option<String>) -> Option<Observation> {
    let (name, value) = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| Some((name, set(name)?)))?;
    if value.to_ascii_uppercase().replace('-', "").contains("UTF8") {
        return Some(Observation::ok("locale", name, "it is UTF-8"));
    }
    if matches!(value.as_str(), "C" | "POSIX") {
        // What a fresh machine or a container says, in terminals that all but always speak UTF-8.
        return Some(Observation::ok(
            "locale",
            name,
            "it names no encoding: signs are drawn in Unicode, unless `glyphs` in config.toml says \"ascii\"",
        ));
    }
    hint(
        "locale",
        name,
        "the locale is not UTF-8: signs are drawn in ASCII",
        "choose one that is, such as `export LC_ALL=C.UTF-8`",
    )
}

fn multiplexer(set: &impl Fn(&str) -> Option<String>) -> Option<Observation> {
    if set("TMUX").is_some() {
        return hint(
            "multiplexer",
            "tmux",
            "copying and a quick Esc depend on how tmux is set",
            "put `set -g set-clipboard on` and `set -sg escape-time 10` into tmux.conf",
        );
    }
    if set("STY").is_some() {
        return hint(
            "multiplexer",
            "screen",
            "screen hands nothing on to the clipboard of your terminal",
            "use tmux, or copy with `butterfly log copy`",
        );
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(variables: &[(&str, &str)]) -> Vec<(&'static str, Severity)> {
        let all = all(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        });
        all.iter().map(|one| (one.check, one.severity)).collect()
    }

    #[test]
    fn a_good_terminal_gives_no_hint_and_a_poor_one_does() {
        let good = [
            ("TERM", "xterm-256color"),
            ("COLORTERM", "truecolor"),
            ("LANG", "en_GB.UTF-8"),
        ];
        assert!(found(&good).iter().all(|(_, severity)| *severity == Severity::Ok));
        assert_eq!(
            found(&[]),
            [("terminal", Severity::Hint), ("colours", Severity::Hint)]
        );
        for names_none in ["C", "POSIX"] {
            let fresh = [
                ("TERM", "xterm-256color"),
                ("COLORTERM", "truecolor"),
                ("LC_ALL", names_none),
            ];
            assert!(
                found(&fresh)
                    .iter()
                    .all(|(_, severity)| *severity == Severity::Ok),
                "signs are drawn in Unicode there"
            );
        }
        let poor = [
            ("TERM", "screen"),
            ("LC_ALL", "de_DE.ISO-8859-1"),
            ("TMUX", "/tmp/x"),
        ];
        assert_eq!(
            found(&poor),
            [
                ("terminal", Severity::Ok),
                ("colours", Severity::Ok),
                ("locale", Severity::Hint),
                ("multiplexer", Severity::Hint)
            ]
        );
    }
}
