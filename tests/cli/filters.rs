//! `butterfly filter …`, and kept filters wherever one is given.

use super::binary::Home;
use serde_json::{Value, json};

fn count(listed: &Value) -> usize {
    listed.as_array().expect("a list").len()
}

#[test]
fn filters_are_kept_used_and_forgotten() {
    let home = Home::empty();
    assert_eq!(home.ok(&["filter", "list"]), json!([]));
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    home.ok(&["invoke", "alpha", r#"{"action": "get_graph_stats"}"#]);
    home.ok(&["invoke", "alpha", r#"{"action": "whoami"}"#]);
    let saved = home.ok(&["filter", "save", "log", "graphs", "graph status:ok"]);
    assert_eq!(
        saved,
        json!({"list": "log", "name": "graphs", "filter": "graph status:ok"})
    );
    home.ok(&["filter", "save", "instances", "far", "kind:remote"]);
    home.ok(&["filter", "save", "pointers", "air", "#air"]);
    home.ok(&["filter", "save", "credentials", "held", "side:held"]);
    home.ok(&["filter", "save", "audit", "who", "action:whoami"]);
    assert_eq!(count(&home.ok(&["filter", "list"])), 5);
    assert_eq!(count(&home.ok(&["filter", "list", "log"])), 1);

    assert_eq!(count(&home.ok(&["log", "list", "--filter", "saved:graphs"])), 1);
    assert_eq!(
        count(&home.ok(&["log", "list", "--filter", "saved:graphs @beta"])),
        0
    );
    assert_eq!(count(&home.ok(&["instance", "list", "--filter", "saved:far"])), 0);
    assert!(count(&home.ok(&["credential", "list", "--filter", "saved:held"])) > 0);
    let all = count(&home.ok(&["credential", "list"]));
    let in_need = count(&home.ok(&["credential", "list", "--filter", "attention:any"]));
    let at_rest = count(&home.ok(&["credential", "list", "--filter", "attention:none"]));
    assert_eq!(in_need + at_rest, all);
    assert!(at_rest > 0);
    assert_eq!(
        home.ok(&["pointer", "list", "alpha", "--filter", "saved:air"])["count"],
        0
    );
    let records = home.run_json(&["audit", "list", "alpha", "--filter", "saved:who"]);
    assert_eq!(records.code, 0, "{}", records.stderr);

    for (filter, said) in [
        ("saved:air", "no filter is kept as \"air\""),
        ("!saved:graphs", "turned round"),
        ("saved:graphs took:soon", "column"),
    ] {
        let wrong = home.run(&["log", "list", "--filter", filter]);
        assert_eq!(wrong.code, 2, "{filter}");
        assert!(wrong.stderr.contains(said), "{filter}: {}", wrong.stderr);
    }
    for (list, name, filter) in [("log", "a b", "x"), ("log", "x", "took:soon"), ("jam", "x", "x")] {
        assert_ne!(
            home.run(&["filter", "save", list, name, filter]).code,
            0,
            "{list} {name} {filter}"
        );
    }
    let forbidden = home.run(&["--read-only", "filter", "delete", "log", "graphs"]);
    assert_ne!(forbidden.code, 0);
    assert_eq!(
        home.ok(&["filter", "delete", "log", "graphs"]),
        json!({"deleted": "graphs"})
    );
    assert_eq!(home.run(&["filter", "delete", "log", "graphs"]).code, 2);
    assert_eq!(count(&home.ok(&["filter", "list"])), 4);
}
