//! Many pointers at once: filtered, sorted and in chosen columns, of all instances, and done something to.

use super::binary::Home;
use super::error;
use super::handshake::{Pair, Way};
use serde_json::{Value, json};

/// Pointers with these references and tags, in this order; their addresses.
fn make(home: &Home, instance: &str, rows: &[(&str, &str)]) -> Vec<String> {
    rows.iter()
        .map(|(name, tags)| {
            let reference = format!("https://example.org/{instance}/{name}");
            let made = home.ok(&[
                "pointer",
                "create",
                instance,
                &reference,
                "--description",
                name,
                "--tag",
                tags,
            ]);
            made["pointer"]["address"].as_str().unwrap().to_owned()
        })
        .collect()
}

fn descriptions(listed: &Value) -> Vec<&str> {
    let rows = listed["pointers"].as_array().unwrap();
    rows.iter()
        .map(|row| row["description"].as_str().unwrap())
        .collect()
}

#[test]
fn a_list_is_filtered_and_sorted_and_shows_the_columns_that_are_wanted() {
    let home = Home::empty();
    let _alpha = home.serve_new("alpha");
    make(
        &home,
        "alpha",
        &[("tide", "sea,old"), ("wind", "air"), ("waves", "sea")],
    );
    let listed = home.ok(&["pointer", "list", "alpha", "--filter", "#sea !#old"]);
    assert_eq!(
        (descriptions(&listed), &listed["count"]),
        (vec!["waves"], &json!(1))
    );
    let listed = home.ok(&[
        "pointer",
        "search",
        "alpha",
        "--filter",
        "@alpha",
        "--sort",
        "description:desc",
    ]);
    assert_eq!(descriptions(&listed), ["wind", "waves", "tide"]);

    let shown = home.run(&[
        "pointer",
        "list",
        "alpha",
        "--columns",
        "tags,reference",
        "--limit",
        "1",
    ]);
    assert_eq!(
        shown.stdout.lines().collect::<Vec<_>>(),
        ["TAGS      REFERENCE", "sea, old  https://example.org/alpha/tide"]
    );
    let listed = home.ok(&[
        "pointer",
        "list",
        "alpha",
        "--columns",
        "instance,tags",
        "--limit",
        "1",
    ]);
    assert_eq!(
        listed["pointers"],
        json!([{"instance": "alpha", "tags": ["sea", "old"]}])
    );

    for wrong in [
        ["--filter", "route:sideways"],
        ["--sort", "connection"],
        ["--columns", "colour"],
        ["--filter", "@beta"],
    ] {
        let ended = home.run_json(&["pointer", "list", "alpha", wrong[0], wrong[1]]);
        assert_eq!(ended.code, 2, "{wrong:?}: {}", ended.stderr);
    }
}

#[test]
fn all_instances_are_one_list_in_pages_and_one_that_is_silent_is_told() {
    let home = Home::empty();
    let nothing = home.ok(&["pointer", "list", "--all-instances"]);
    assert_eq!((&nothing["count"], &nothing["total"]), (&json!(0), &json!(0)));
    let _alpha = home.serve_new("alpha");
    make(&home, "alpha", &[("a", "x"), ("c", "x"), ("e", "y")]);
    home.ok(&["instance", "init", "beta", "--listen", "127.0.0.1:0"]);
    make(&home, "beta", &[("b", "x"), ("d", "x")]);

    let all = ["pointer", "list", "--all-instances", "--sort", "description"];
    let listed = home.ok(&all);
    assert_eq!(descriptions(&listed), ["a", "b", "c", "d", "e"]);
    assert_eq!(
        (&listed["count"], &listed["next"], &listed["missing"]),
        (&json!(5), &Value::Null, &json!([]))
    );
    assert_eq!(listed["pointers"][1]["instance"], "beta");

    let mut seen = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let mut line = [&all[..], &["--limit", "2"]].concat();
        if let Some(cursor) = &cursor {
            line.extend(["--after", cursor]);
        }
        let page = home.ok(&line);
        seen.extend(descriptions(&page).into_iter().map(str::to_owned));
        match page["next"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => break,
        }
        assert!(seen.len() < 9, "{seen:?}");
    }
    assert_eq!(seen, ["a", "b", "c", "d", "e"]);

    let some = home.ok(&["pointer", "list", "--all-instances", "--filter", "!@beta #x"]);
    assert_eq!(descriptions(&some), ["a", "c"]);
    let found = home.ok(&["pointer", "search", "--all-instances", "d"]);
    assert_eq!(descriptions(&found), ["d"]);
    let both = home.run_json(&["pointer", "list", "alpha", "--all-instances"]);
    assert_eq!(both.code, 2);
}

/// A page of all instances, two rows of it, from here on.
fn two_of_all(home: &Home, cursor: Option<&str>) -> Value {
    let mut line = vec![
        "pointer",
        "list",
        "--all-instances",
        "--sort",
        "description",
        "--limit",
        "2",
    ];
    line.extend(cursor.iter().flat_map(|cursor| ["--after", cursor]));
    home.run_json(&line).json()
}

#[test]
fn all_that_a_credential_for_some_sees_is_reached_page_by_page_also_past_an_outage() {
    let mut pair = Pair::new();
    make(&pair.ours, "alpha", &[("a", "x"), ("d", "x")]);
    let theirs = [
        ("b", "sea"),
        ("bb", "secret"),
        ("c", "sea"),
        ("e", "sea"),
        ("f", "sea"),
        ("g", "sea"),
    ];
    make(&pair.theirs, "beta", &theirs);
    pair.join(Way::Passphrase, &["--tag", "sea"]);

    let first = two_of_all(&pair.ours, None);
    assert_eq!(descriptions(&first), ["a", "b"], "{first}");
    let second = two_of_all(&pair.ours, first["next"].as_str());
    assert_eq!(descriptions(&second), ["c", "d"], "{second}");

    pair.stop_beta();
    let without = two_of_all(&pair.ours, first["next"].as_str());
    assert_eq!(descriptions(&without), ["d"], "{without}");
    assert_eq!(without["missing"][0]["instance"], "beta", "{without}");
    let nothing = two_of_all(&pair.ours, without["next"].as_str());
    assert_eq!(
        (&nothing["pointers"], &nothing["next"]),
        (&json!([]), &Value::Null),
        "{nothing}"
    );

    pair.start_beta();
    let mut seen = Vec::new();
    let mut cursor = without["next"].as_str().map(str::to_owned);
    while let Some(next) = cursor {
        let page = two_of_all(&pair.ours, Some(&next));
        assert_eq!(page["missing"], json!([]), "{page}");
        seen.extend(descriptions(&page).into_iter().map(str::to_owned));
        cursor = page["next"].as_str().map(str::to_owned);
    }
    assert_eq!(seen, ["c", "e", "f", "g"]);
}

#[test]
fn a_page_says_on_every_page_how_many_it_has_and_how_many_there_are_where_that_is_known() {
    let home = Home::empty();
    let _alpha = home.serve_new("alpha");
    make(
        &home,
        "alpha",
        &[("dust 1", "x"), ("dust 2", "x"), ("dust 3", "x"), ("sand", "x")],
    );
    for of in [&["alpha"][..], &["--all-instances"]] {
        let line = [&["pointer", "list"], of, &["--filter", "dust", "--limit", "2"]].concat();
        let first = home.ok(&line);
        assert_eq!(
            (&first["count"], &first["total"]),
            (&json!(2), &json!(3)),
            "{of:?}"
        );
        let rest = home.ok(&[&line[..], &["--after", first["next"].as_str().unwrap()]].concat());
        assert_eq!(rest["count"], 1, "{of:?}");
        assert!(rest["total"].is_null() || rest["total"] == 3, "{rest}");
    }
}

#[test]
fn a_cursor_of_before_is_refused_as_none() {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    let ended = home.run_json(&["pointer", "list", "--all-instances", "--after", "alpha:1"]);
    assert_eq!(error(&ended)["code"], "invalid_parameter", "{}", ended.stdout);
}

#[test]
fn several_are_tagged_assigned_and_removed_and_each_failure_is_told() {
    let home = Home::empty();
    let _alpha = home.serve_new("alpha");
    let made = make(
        &home,
        "alpha",
        &[("a", "old"), ("b", "old"), ("c", "old"), ("d", "kept")],
    );
    let nobody = "ptr_ffffffffffff";

    let ended = home.run_json(&[
        "pointer", "tag", "alpha", &made[0], nobody, &made[1], "--add", "new",
    ]);
    assert_eq!(ended.code, 1);
    assert_eq!(ended.json()["tagged"], json!([made[0], made[1]]));
    assert_eq!(ended.json()["failed"][0]["address"], nobody);
    assert_eq!(ended.json()["failed"][0]["error"]["code"], "pointer_not_found");
    assert!(ended.stderr.contains(nobody), "{}", ended.stderr);
    let listed = home.ok(&["pointer", "list", "alpha", "--filter", "#new"]);
    assert_eq!(descriptions(&listed), ["a", "b"]);

    let domain = home.ok(&["domain", "create", "alpha", "weather"]);
    let domain = domain["domain"]["id"].as_str().unwrap();
    let gate = home.ok(&["connection", "create", "alpha", domain, "gate"]);
    let gate = gate["connection"]["id"].as_str().unwrap();
    let assigned = home.ok(&["pointer", "assign", "alpha", &made[0], &made[1], gate]);
    assert_eq!(assigned["assigned"], json!([made[0], made[1]]));
    let through = home.ok(&["pointer", "list", "alpha", "--filter", "conn:gate"]);
    assert_eq!(descriptions(&through), ["a", "b"]);
    home.ok(&[
        "pointer",
        "assign",
        "alpha",
        "--none",
        "--filter",
        "conn:gate",
        "--yes",
    ]);
    let through = home.ok(&["pointer", "list", "alpha", "--filter", "conn:none"]);
    assert_eq!(through["count"], 4);
    for unclear in [
        vec![&*made[0], &*made[1]],
        vec![gate],
        vec![&*made[0], gate, gate],
    ] {
        let ended = home.run_json(&[&["pointer", "assign", "alpha"], &unclear[..]].concat());
        assert_eq!(ended.code, 2, "{unclear:?}");
    }

    // Where nobody can be asked, more than one is removed only if that was confirmed.
    for line in [vec!["--filter", "#old"], vec![&*made[0], &*made[1]]] {
        let ended = home.run_json(&[&["pointer", "delete", "alpha"], &line[..]].concat());
        assert_eq!(ended.code, 2, "{}", ended.stderr);
        assert_eq!(error(&ended)["remedy"], "give --yes if you mean it");
    }
    assert_eq!(home.ok(&["pointer", "list", "alpha"])["count"], 4);
    let removed = home.ok(&["pointer", "delete", "alpha", "--filter", "#old", "--yes"]);
    assert_eq!(removed["deleted"], json!([made[0], made[1], made[2]]));
    let left = home.ok(&["pointer", "list", "alpha"]);
    assert_eq!(descriptions(&left), ["d"]);
    let none = home.ok(&["pointer", "delete", "alpha", "--filter", "#old"]);
    assert_eq!(none["deleted"], json!([]));
}

#[test]
fn an_export_replaces_a_file_only_with_force_and_holds_what_the_filter_leaves() {
    let home = Home::empty();
    let _alpha = home.serve_new("alpha");
    make(&home, "alpha", &[("a", "x"), ("b", "y")]);
    let path = home.write("out.jsonl", "mine\n");
    let refused = home.run_json(&["pointer", "export", "alpha", &path]);
    assert_eq!(refused.code, 1);
    assert!(
        error(&refused)["remedy"].as_str().unwrap().contains("--force"),
        "{}",
        refused.stdout
    );
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine\n");
    let ended = home.run(&["pointer", "export", "alpha", &path, "--force", "--filter", "#y"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 1);
    assert!(text.contains("alpha/b"), "{text}");
    let log = home.run_json(&["log", "export", &path]);
    assert_eq!(log.code, 1, "{}", log.stderr);
}
