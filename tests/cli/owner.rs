//! A new owner for an instance whose owner's credential is lost.

use super::binary::{Home, Serving};
use super::error;
use serde_json::json;

fn home_with_pointer() -> Home {
    let home = Home::empty();
    home.ok(&["instance", "init", "alpha", "--listen", "127.0.0.1:0"]);
    home.ok(&["pointer", "create", "alpha", "https://example.org/"]);
    home
}

#[test]
fn a_home_whose_vault_is_gone_gets_its_instance_back() {
    let home = home_with_pointer();
    let issue = json!({"action": "issue_credential", "app_id": "partner", "profile": "native", "grant": {}});
    home.ok(&["invoke", "alpha", &issue.to_string()]);
    for entry in std::fs::read_dir(home.root()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::remove_file(path).unwrap();
        }
    }
    let lost = home.run_json(&["pointer", "list", "alpha"]);
    assert_ne!(lost.code, 0);

    let recovered = home.ok(&["instance", "recover-owner", "alpha", "--yes"]);
    assert_eq!(recovered["added"], true, "{recovered}");
    assert_eq!(home.ok(&["pointer", "list", "alpha"])["count"], 1);
    assert_eq!(home.run(&["audit", "verify", "alpha"]).code, 0);
    let trail = home.ok(&["audit", "list", "alpha"]);
    let steps: Vec<_> = trail
        .as_array()
        .unwrap()
        .iter()
        .filter(|record| record["action"] == "recover_owner")
        .map(|record| record["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(steps.len(), 2, "{trail}");
    assert!(steps.contains(&"intent") && steps.contains(&"done"));
    let credentials = home.ok(&["credential", "list"]);
    let partner = super::named(&credentials, "partner@alpha");
    assert_eq!(partner["state"], "active", "everybody else is let in as before");
}

#[test]
fn instances_that_a_new_vault_does_not_know_are_told_and_taken_over_by_one_command() {
    let home = home_with_pointer();
    home.ok(&["instance", "init", "beta", "--listen", "127.0.0.1:0"]);
    let lose = || {
        for name in ["console.db", "console.db-wal", "console.db-shm", "vault.key"] {
            let _ = std::fs::remove_file(home.path(name));
        }
    };
    assert!(!home.run(&["instance", "list"]).stderr.contains("on disk"));
    lose();
    let command = home.printed("instance recover-owner alpha beta");
    let command = command.as_str();
    let told = |with_vault: bool| {
        let listed = home.run(&["instance", "list"]);
        assert_eq!(listed.code, 0, "{}", listed.stderr);
        assert!(listed.stderr.contains(command), "{}", listed.stderr);
        assert!(!listed.stdout.contains("demo"), "{}", listed.stdout);
        let found = home.run_json(&["doctor"]).json();
        let unknown: Vec<_> = found
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["check"] == "unknown")
            .collect();
        assert_eq!(unknown.len(), 1, "{found}");
        assert_eq!(unknown[0]["severity"], "warning");
        assert!(
            unknown[0]["remedy"].as_str().unwrap().contains(command),
            "{found}"
        );
        let lost = home.run_json(&["pointer", "list", "alpha"]);
        assert_eq!(error(&lost)["code"], "instance_not_found");
        let remedy = error(&lost)["remedy"].as_str().unwrap().to_owned();
        assert!(
            remedy.contains(&home.printed("instance recover-owner alpha")),
            "{with_vault} {remedy}"
        );
    };
    told(false);
    home.ok(&["vault", "init", "--key-file"]);
    told(true);
    // A copy under another name is none that could be taken over.
    let copied = std::process::Command::new("cp")
        .arg("-r")
        .args([home.path("instances/beta"), home.path("instances/copy")])
        .status();
    assert!(copied.unwrap().success());
    told(true);
    let recovered = home.ok(&["instance", "recover-owner", "alpha", "beta", "--yes"]);
    assert_eq!(recovered[0]["name"], "alpha", "{recovered}");
    assert_eq!(recovered[1]["added"], true, "{recovered}");
    let listed = home.run(&["instance", "list"]);
    assert_eq!(listed.stderr, "");
    assert_eq!(home.ok(&["pointer", "list", "alpha"])["count"], 1);
}

#[test]
fn the_owner_of_before_is_let_in_no_more() {
    let home = home_with_pointer();
    // Somebody has the owner's credential.
    let plain = home.ok(&["credential", "export", "alpha/owner", "--plain"]);
    let text = |name: &str| plain[name].as_str().unwrap().to_owned();
    let thief = Home::empty();
    let root = thief.write_private("root", &text("root"));
    thief.ok(&[
        "instance",
        "add",
        "stolen",
        &text("endpoint"),
        "--profile",
        "native",
        "--app-id",
        "owner",
        "--kid",
        &text("kid"),
        "--root-file",
        &root,
        "--instance-id",
        &text("instance_id"),
    ]);
    let serving = Serving::start(home.command(&["serve", "alpha"]));
    assert_eq!(thief.ok(&["instance", "probe", "stolen"])["state"], "up");
    assert_eq!(serving.stop(), 0);

    home.ok(&["instance", "recover-owner", "alpha", "--yes"]);
    let serving = Serving::start(home.command(&["serve", "alpha"]));
    assert_eq!(home.ok(&["instance", "probe", "alpha"])["state"], "up");
    let refused = thief.run_json(&["instance", "probe", "stolen"]);
    assert_eq!(refused.json()["state"], "refused", "{}", refused.stderr);

    let hosted = home.run_json(&["instance", "recover-owner", "alpha", "--yes"]);
    assert_eq!(error(&hosted)["code"], "already_hosted", "{}", hosted.stdout);
    assert_eq!(serving.stop(), 0);
    let again = home.ok(&["instance", "recover-owner", "alpha", "--yes"]);
    assert_eq!(again["added"], false);
    assert_eq!(home.ok(&["pointer", "list", "alpha"])["count"], 1);
}

#[test]
fn a_vault_that_is_older_than_its_instance_s_owner_is_told_of_with_what_helps() {
    let home = home_with_pointer();
    let files = ["console.db", "console.db-wal"];
    let older = files.map(|name| std::fs::read(home.path(name)).ok());
    home.ok(&["instance", "recover-owner", "alpha", "--yes"]);
    let owner_of = |home: &Home| {
        let found = home.run_json(&["doctor"]).json();
        let found = found.as_array().unwrap().clone();
        found.into_iter().find(|one| one["check"] == "owner")
    };
    assert_eq!(owner_of(&home), None);
    for name in ["console.db", "console.db-wal", "console.db-shm"] {
        let _ = std::fs::remove_file(home.path(name));
    }
    for (name, bytes) in files.iter().zip(older) {
        if let Some(bytes) = bytes {
            home.write_private("older", "");
            std::fs::write(home.beside("older"), bytes).unwrap();
            std::fs::rename(home.beside("older"), home.path(name)).unwrap();
        }
    }

    // Stopped it is opened by the key in its folder, and everything works.
    assert_eq!(home.ok(&["pointer", "list", "alpha"])["count"], 1);
    let command = home.printed("instance recover-owner alpha");
    let told = owner_of(&home).expect("doctor tells of it");
    assert_eq!(told["severity"], "fault");
    assert!(told["remedy"].as_str().unwrap().contains(&command), "{told}");
    let serving = Serving::start(home.command(&["serve", "alpha"]));
    let refused = home.run_json(&["pointer", "list", "alpha"]);
    assert_eq!(error(&refused)["code"], "peer_refused", "{}", refused.stdout);
    let remedy = error(&refused)["remedy"].as_str().unwrap().to_owned();
    assert!(remedy.contains(&command), "{remedy}");
    assert_eq!(serving.stop(), 0);
    home.ok(&["instance", "recover-owner", "alpha", "--yes"]);
    assert_eq!(owner_of(&home), None);
}

#[test]
fn a_folder_of_another_instance_or_none_is_refused() {
    let home = home_with_pointer();
    let none = home.run_json(&["instance", "recover-owner", "beta", "--yes"]);
    assert_eq!(error(&none)["code"], "instance_not_found", "{}", none.stdout);
    std::fs::rename(home.path("instances/alpha"), home.path("instances/beta")).unwrap();
    let other = home.run_json(&["instance", "recover-owner", "beta", "--yes"]);
    let said = error(&other);
    assert!(said["message"].as_str().unwrap().contains("alpha"), "{said}");
    let read_only = home.run_json(&["--read-only", "instance", "recover-owner", "alpha", "--yes"]);
    assert_eq!(read_only.code, 3, "{}", read_only.stdout);
}
