//! A made-up set-up with something of everything.

use crate::workspace::{Observation, Severity};

/// What was found.
pub fn observations() -> Vec<Observation> {
    use Severity::{Fault, Hint, Warning};
    let mut found = vec![
        Observation::ok("home", "/home/ada/.butterfly", "only its owner gets at it"),
        Observation::ok("config", "config.toml", "it can be read"),
        Observation::of(
            Hint,
            "leftover",
            "/home/ada/.butterfly/instances/.replaced-gamma-1763912531",
            "an instance is kept there that was replaced by a backup",
            "remove the folder if nothing is at work on it and you do not need it",
        ),
        Observation::ok("vault_database", "console.db", "it is whole"),
        Observation::ok("vault", "vault", "it opens: 5 instances, 9 credentials"),
        Observation::of(
            Fault,
            "audit",
            "beta",
            "record 4711 of the audit trail does not fit",
            "see `butterfly audit verify`, and ask who could write to audit.db",
        ),
        Observation::of(
            Warning,
            "listen",
            "beta",
            "it is to listen on 127.0.0.1:5002, and another program answers there",
            "stop that program, or give the instance another port: `butterfly instance edit beta --listen 127.0.0.1:5012`",
        ),
        Observation::of(
            Warning,
            "remote",
            "museum",
            "no answer within 10 s",
            "check that it is running and that its URL is right",
        ),
        Observation::ok("disk", "/home/ada/.butterfly", "48121 MiB are free"),
        Observation::ok("open_files", "system", "enough files may be open at a time"),
        Observation::ok("terminal", "TERM", "tmux-256color"),
        Observation::of(
            Hint,
            "multiplexer",
            "tmux",
            "copying and a quick Esc depend on how tmux is set",
            "put `set -g set-clipboard on` and `set -sg escape-time 10` into tmux.conf",
        ),
    ];
    for name in ["alpha", "beta"] {
        for (check, message) in [
            ("files", "only its owner gets at its folder"),
            ("key", "its key can be read"),
            ("databases", "both databases are whole"),
            ("tls", "plain HTTP on loopback only"),
            ("secrets", "what it keeps sealed can be opened"),
        ] {
            found.push(Observation::ok(check, name, message));
        }
    }
    found
}
