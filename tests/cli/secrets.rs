//! A canary scan over the whole program (threat 44): two administrators do everything that involves a secret, as
//! noisily as the program can be told to; then every place that is no place for secrets is searched for all of them.

use super::binary::{End, Ended, Home, Serving, add_original};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use butterfly_console::handshake::Bundle;
use butterfly_console::model::Timestamp;
use butterfly_console::seal::Passphrase;
use serde_json::{Value, json};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Chosen by people, in the places where people choose.
const VAULT_PASSPHRASE: &str = "canary vault passphrase 5d1f08c2";
const TOKEN_SECRET: &str = "canary-token-secret-7be0415fd2c84a6c91";
const FERNET_KEY: &str = "Y2FuYXJ5LWZlcm5ldC1rZXktOTFmMDJiNzdhYzRkODU=";
const NO_SECRET_AT_ALL: &str = "canary-that-is-malformed-43a9";
const WRONG_GUESS: &str = "canary guess of a passphrase that is wrong";

/// Files that are made to hold a key in plain, and nothing else.
const KEY_FILES: [&str; 2] = ["vault.key", "instance.key"];

/// A value that must not be found, in every form in which it could be written.
struct Secret {
    what: String,
    forms: Vec<Vec<u8>>,
}

/// One administrator: a home, and everything that the program ever printed there without being asked for a secret.
struct Person {
    home: Home,
    heard: Vec<(String, String)>,
    serving: Vec<(Serving, PathBuf)>,
}

impl Person {
    fn new() -> Self {
        Self {
            home: Home::empty(),
            heard: Vec::new(),
            serving: Vec::new(),
        }
    }

    fn command(&self, line: &[&str]) -> Command {
        let mut command = self.home.command(line);
        command.arg("-vvv");
        command
    }

    fn note(&mut self, line: &[&str], printed: String) {
        self.heard.push((line.join(" "), printed));
    }

    /// Runs a verb that shows no secret, to whatever end.
    fn run_with(&mut self, line: &[&str], environment: &[(&str, &str)]) -> Ended {
        let mut command = self.command(line);
        let ended = command.arg("--json").envs(environment.iter().copied()).end();
        self.note(line, format!("{}{}", ended.stdout, ended.stderr));
        ended
    }

    fn run(&mut self, line: &[&str]) -> Ended {
        self.run_with(line, &[])
    }

    fn ok(&mut self, line: &[&str]) -> Value {
        let ended = self.run(line);
        assert_eq!(ended.code, 0, "{line:?}\n{}\n{}", ended.stdout, ended.stderr);
        // People read something else than scripts do.
        let words = self.command(&["instance", "list"]).end();
        self.note(&["instance", "list"], format!("{}{}", words.stdout, words.stderr));
        ended.json()
    }

    /// Runs a verb whose stdout is asked to show secrets; nothing else may.
    fn asked(&mut self, line: &[&str]) -> Value {
        let ended = self.command(line).arg("--json").end();
        assert_eq!(ended.code, 0, "{line:?}\n{}", ended.stderr);
        self.note(line, ended.stderr.clone());
        ended.json()
    }

    fn serve(&mut self, line: &[&str], environment: &[(&str, &str)]) -> String {
        let log = PathBuf::from(
            self.home
                .write(&format!("serving-{}.log", self.serving.len()), ""),
        );
        let mut command = self.command(line);
        command.stderr(File::create(&log).unwrap());
        command.envs(environment.iter().copied());
        let serving = Serving::start(command);
        let url = serving.line.trim_start_matches("listening on ").to_owned();
        self.serving.push((serving, log));
        url
    }

    fn init(&mut self, name: &str) {
        self.ok(&["instance", "init", name, "--listen", "127.0.0.1:0"]);
        self.serve(&["serve", name], &[]);
    }

    /// The arguments of what is served, and what was handed to it in its environment.
    fn processes(&self) -> Vec<(String, Vec<u8>)> {
        let mut seen = Vec::new();
        for (serving, _) in &self.serving {
            for part in ["cmdline", "environ"] {
                let path = format!("/proc/{}/{part}", serving.id());
                if let Ok(bytes) = fs::read(&path) {
                    seen.push((path, bytes));
                }
            }
        }
        seen
    }

    /// Everything that must be free of secrets.
    fn places(&self) -> Vec<(String, Vec<u8>)> {
        let mut places: Vec<_> = self
            .heard
            .iter()
            .map(|(line, printed)| (format!("the output of {line}"), printed.clone().into_bytes()))
            .collect();
        for (_, log) in &self.serving {
            places.push((log.display().to_string(), fs::read(log).unwrap()));
        }
        files(&self.home.root(), &mut places);
        places.extend(self.processes());
        places
    }
}

/// Every file below a folder but those made for keys.
fn files(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if !KEY_FILES.iter().any(|name| path.ends_with(name)) {
            // Databases come and go beside the log of one that is being written.
            if let Ok(bytes) = fs::read(&path) {
                found.push((path.display().to_string(), bytes));
            }
        }
    }
}

/// A secret that is text, or 32 bytes written in some base64: then its bytes, and other ways of writing them.
fn secret(what: &str, text: &str) -> Secret {
    let mut forms = vec![text.as_bytes().to_vec()];
    let bytes = URL_SAFE_NO_PAD
        .decode(text)
        .or_else(|_| URL_SAFE.decode(text))
        .or_else(|_| STANDARD.decode(text));
    if let Ok(bytes) = bytes
        && bytes.len() == 32
    {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        forms.extend([
            hex.to_uppercase().into_bytes(),
            hex.into_bytes(),
            STANDARD.encode(&bytes).into_bytes(),
            URL_SAFE_NO_PAD.encode(&bytes).into_bytes(),
            format!("{bytes:?}").into_bytes(),
            bytes,
        ]);
    }
    Secret {
        what: what.to_owned(),
        forms,
    }
}

/// Words that open something: any three of them in a row, however they are joined.
fn words(what: &str, text: &str) -> Secret {
    let words: Vec<&str> = text.split([' ', '-']).collect();
    let forms = words
        .windows(3)
        .flat_map(|three| [" ", "-", "", "\",\""].map(|between| three.join(between).into_bytes()))
        .collect();
    Secret {
        what: what.to_owned(),
        forms,
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name} in {value}"))
}

/// The secrets of a credential in plain.
fn secrets_of(what: &str, form: &Value) -> Vec<Secret> {
    ["root", "jwt_secret_key", "encryption_key", "access_key"]
        .iter()
        .filter_map(|name| Some(secret(&format!("{name} of {what}"), form[*name].as_str()?)))
        .collect()
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn threat_44_no_secret_is_found_where_none_belongs() {
    let (mut ours, mut theirs) = (Person::new(), Person::new());
    let mut secrets = vec![
        secret("the vault's passphrase", VAULT_PASSPHRASE),
        secret("a token secret", TOKEN_SECRET),
        secret("an encryption key", FERNET_KEY),
        secret("something malformed", NO_SECRET_AT_ALL),
        secret("a wrong guess", WRONG_GUESS),
    ];
    ours.init("alpha");
    theirs.init("beta");
    let made = theirs.ok(&["pointer", "create", "beta", "https://example.org/tide"]);
    let far = text(&made["pointer"], "address").to_owned();

    join_by_passphrase(&mut ours, &mut theirs, &mut secrets);
    join_by_code(&mut ours, &mut theirs, &mut secrets);
    join_by_request(&mut ours, &mut theirs, &mut secrets);
    call(&mut ours, &far);
    hand_over_plain_values(&mut ours, &mut theirs, &mut secrets);
    stand_in_for_an_original(&mut ours);
    fail_in_every_way(&mut ours, &mut theirs);
    lock_with_a_passphrase(&mut ours, &mut secrets);
    for person in [&ours, &theirs] {
        for name in KEY_FILES.map(|name| person.home.path(name)) {
            if let Ok(key) = fs::read_to_string(&name) {
                secrets.push(secret(&name.display().to_string(), key.trim()));
            }
        }
    }

    let places: Vec<_> = ours.places().into_iter().chain(theirs.places()).collect();
    let finds = |part: &str| {
        places
            .iter()
            .filter(|(_, bytes)| contains(bytes, part.as_bytes()))
            .count()
    };
    // What is no secret is found: the search looks where it should.
    assert!(finds("alpha-people") > 3 && finds(&far) > 3 && finds("exchange_audit_heads") > 0);
    for (place, bytes) in &places {
        for secret in &secrets {
            let found = secret.forms.iter().any(|form| contains(bytes, form));
            assert!(!found, "{} is found in {place}", secret.what);
        }
    }
}

fn join_by_passphrase(ours: &mut Person, theirs: &mut Person, secrets: &mut Vec<Secret>) {
    let bundle = theirs.home.path("for-alpha.bundle").display().to_string();
    let offer = theirs.asked(&[
        "handshake",
        "offer",
        "beta",
        "--app-id",
        "alpha-people",
        "--hops",
        "1",
        "--file",
        &bundle,
    ]);
    let passphrase = text(&offer, "passphrase").to_owned();
    secrets.push(words("a bundle's passphrase", &passphrase));
    let opened = Bundle::open_with_passphrase(
        &fs::read(&bundle).unwrap(),
        &Passphrase::parse(&passphrase).unwrap(),
        Timestamp::now(),
    );
    let inside: Value = serde_json::from_slice(&opened.unwrap().expose_json()).unwrap();
    for credential in inside["credentials"].as_array().unwrap() {
        let before = secrets.len();
        secrets.extend(secrets_of("a bundle", credential));
        secrets.extend(secrets_of("a bundle", &credential["form"]));
        assert!(secrets.len() > before, "no secret in a credential of a bundle");
    }

    let environment = [("BUTTERFLY_BUNDLE_PASSPHRASE", passphrase.as_str())];
    for line in [
        &["handshake", "inspect", &bundle][..],
        &[
            "handshake",
            "accept",
            &bundle,
            "--instance",
            "alpha",
            "--name",
            "beta",
        ],
    ] {
        let ended = ours.run_with(line, &environment);
        assert_eq!(ended.code, 0, "{line:?}: {}", ended.stderr);
    }
    theirs.ok(&["handshake", "status", "beta"]);
}

fn join_by_code(ours: &mut Person, theirs: &mut Person, secrets: &mut Vec<Secret>) {
    let line = [
        "handshake",
        "offer",
        "beta",
        "--app-id",
        "code-people",
        "--by",
        "code",
    ];
    let offer = theirs.asked(&line);
    let code = text(&offer, "code").to_owned();
    let (_, said) = code.split_once('-').unwrap();
    secrets.push(words("a one-time code", said));
    let url = text(&offer, "endpoint").to_owned();
    let line = [
        "handshake",
        "accept",
        "--url",
        &url,
        "--instance",
        "alpha",
        "--name",
        "by-code",
    ];
    let accepted = ours.run_with(&line, &[("BUTTERFLY_HANDSHAKE_CODE", &code)]);
    assert_eq!(accepted.code, 0, "{}", accepted.stderr);
    go_through_life(ours, theirs, &offer, &accepted.json(), secrets);
}

fn join_by_request(ours: &mut Person, theirs: &mut Person, secrets: &mut Vec<Secret>) {
    let request = ours.home.path("alpha.request").display().to_string();
    let line = [
        "handshake",
        "request",
        "--instance",
        "alpha",
        "--app-id",
        "request-people",
        "--file",
        &request,
    ];
    ours.ok(&line);
    let bundle = theirs.home.path("requested.bundle").display().to_string();
    let line = [
        "handshake",
        "offer",
        "beta",
        "--request",
        &request,
        "--file",
        &bundle,
    ];
    let offer = theirs.ok(&line);
    let line = [
        "handshake",
        "accept",
        &bundle,
        "--instance",
        "alpha",
        "--name",
        "by-request",
    ];
    let accepted = ours.ok(&line);
    go_through_life(ours, theirs, &offer, &accepted, secrets);
}

/// People compare words, keys are mixed in, and mixed in again: three generations of secrets.
fn go_through_life(
    ours: &mut Person,
    theirs: &mut Person,
    offer: &Value,
    accepted: &Value,
    secrets: &mut Vec<Secret>,
) {
    let names: Vec<String> = accepted["credentials"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap().to_owned())
        .collect();
    let before = secrets.len();
    note_roots(ours, &names, secrets);
    let id = text(accepted, "id").to_owned();
    ours.ok(&["handshake", "verify", &id, "--match"]);
    theirs.ok(&["handshake", "verify", text(offer, "offer_id"), "--match"]);
    ours.ok(&["handshake", "verify", &id, "--wait=60"]);
    note_roots(ours, &names, secrets);
    for name in &names {
        ours.ok(&["credential", "rotate", name]);
        ours.ok(&["credential", "check", name]);
    }
    note_roots(ours, &names, secrets);
    assert!(secrets.len() >= before + 3);
    ours.ok(&["handshake", "status", "--all"]);
    theirs.ok(&["handshake", "status", "--all"]);
}

/// The roots of the console's own credentials as they are now; those of an instance are not shown to anybody.
fn note_roots(ours: &mut Person, names: &[String], secrets: &mut Vec<Secret>) {
    let held = ours.ok(&["credential", "list"]);
    for name in names {
        if super::named(&held, name)["holder"] == "console" {
            let form = ours.asked(&["credential", "export", name, "--plain"]);
            secrets.extend(secrets_of(name, &form));
        }
    }
}

fn call(ours: &mut Person, far: &str) {
    let query = json!({"action": "get_pointer_summary", "pointer_address": far}).to_string();
    ours.ok(&["invoke", "beta", &query, "--trace"]);
    for route in ["endpoint", "circuit", "relay"] {
        let line = [
            "federate", "alpha", "--via", "beta", "--query", &query, "--route", route,
        ];
        let made = ours.ok(&line);
        ours.ok(&["call", "alpha", text(&made["pointer"], "address"), "--trace"]);
    }
    for line in [
        &["log", "list"][..],
        &["log", "show", "1"],
        &["log", "copy", "1", "--as", "python"],
        &["log", "copy", "1", "--as", "curl"],
        &["credential", "list"],
        &["audit", "list", "alpha"],
        &["audit", "verify", "alpha"],
        &["instance", "probe", "beta"],
    ] {
        ours.ok(line);
    }
}

fn hand_over_plain_values(ours: &mut Person, theirs: &mut Person, secrets: &mut Vec<Secret>) {
    for (person, instance) in [(&mut *ours, "alpha"), (theirs, "beta")] {
        let issue =
            json!({"action": "issue_credential", "app_id": "somebody", "profile": "legacy", "grant": {}});
        let issued = person.asked(&["invoke", instance, &issue.to_string()]);
        secrets.extend(secrets_of("an issued credential", &issued["result"]["secret"]));
        let held = person.ok(&["credential", "list"]);
        for row in held
            .as_array()
            .unwrap()
            .iter()
            .filter(|row| row["side"] == "held")
        {
            let name = text(row, "name");
            let shown = person.ok(&["credential", "show", name]);
            assert_eq!(text(&shown, "name"), name);
            if row["holder"] == "console" {
                let form = person.asked(&["credential", "export", name, "--plain"]);
                secrets.extend(secrets_of(name, &form));
                let file = person.home.write("plain.json", &form.to_string());
                person.run(&[
                    "credential",
                    "import",
                    &format!("copy-{}", row["app_id"].as_str().unwrap()),
                    &file,
                ]);
            }
        }
    }
    let secret = ours.home.write("jwt", TOKEN_SECRET);
    let key = ours.home.write("fernet", FERNET_KEY);
    let line = add_original("old", super::NOWHERE, "me", [&secret, &key]);
    ours.ok(&line);
}

/// An instance whose secrets come in its environment: there they are, and nowhere else.
fn stand_in_for_an_original(ours: &mut Person) {
    let mut original = Person::new();
    let environment = [
        ("JWT_SECRET_KEY", TOKEN_SECRET),
        ("BUTTERFLY_ENCRYPTION_KEY", FERNET_KEY),
    ];
    let line = ["serve", "--legacy-app", "me", "--listen", "127.0.0.1:0"];
    let url = original.serve(&line, &environment);
    let secret = ours.home.write("jwt", TOKEN_SECRET);
    let key = ours.home.write("fernet", FERNET_KEY);
    let line = add_original("original", &url, "me", [&secret, &key]);
    ours.ok(&line);
    ours.ok(&["invoke", "original", "{\"action\": \"get_graph_stats\"}"]);
    let secrets = [secret_named(TOKEN_SECRET), secret_named(FERNET_KEY)];
    for (place, bytes) in original.places() {
        let is_given = place.ends_with("/environ");
        for secret in &secrets {
            let found = secret.forms.iter().any(|form| contains(&bytes, form));
            assert!(!found || is_given, "{} is found in {place}", secret.what);
        }
    }
}

fn secret_named(text: &str) -> Secret {
    secret("what the environment gave", text)
}

fn fail_in_every_way(ours: &mut Person, theirs: &mut Person) {
    let bundle = theirs.home.path("for-alpha.bundle").display().to_string();
    let environment = [("BUTTERFLY_BUNDLE_PASSPHRASE", WRONG_GUESS)];
    assert_ne!(
        ours.run_with(&["handshake", "accept", &bundle], &environment)
            .code,
        0
    );
    let malformed = ours.home.write("malformed", NO_SECRET_AT_ALL);
    let key = ours.home.write("fernet", FERNET_KEY);
    let form = json!({
        "endpoint": super::NOWHERE, "app_id": "me", "kid": "kid_0123456789abcdef", "instance_id": "inst_0123456789ab",
        "root": NO_SECRET_AT_ALL,
    });
    let file = ours.home.write("malformed.json", &form.to_string());
    let hold = json!({"action": "hold_credential", "name": "broken", "form": form}).to_string();
    let hold = ours.home.write("hold.json", &hold);
    let add = |profile: &'static str| {
        [
            "instance",
            "add",
            "broken",
            super::NOWHERE,
            "--profile",
            profile,
            "--app-id",
            "me",
        ]
    };
    for line in [
        &[
            &add("legacy")[..],
            &["--jwt-secret-file", &key, "--encryption-key-file", &malformed],
        ]
        .concat()[..],
        &[
            &add("native")[..],
            &[
                "--kid",
                "kid_0123456789abcdef",
                "--instance-id",
                "inst_0123456789ab",
                "--root-file",
                &malformed,
            ],
        ]
        .concat(),
        &["credential", "import", "broken", &file],
        &["invoke", "alpha", &format!("@{hold}")],
        &["invoke", "old", "{\"action\": \"get_graph_stats\"}"],
        &[
            "invoke",
            "beta",
            "{\"action\": \"delete_pointer\", \"pointer_address\": \"ptr_0123456789ab\"}",
        ],
    ] {
        assert_ne!(ours.run(line).code, 0, "{line:?}");
    }
}

fn lock_with_a_passphrase(ours: &mut Person, secrets: &mut Vec<Secret>) {
    if let Ok(key) = fs::read_to_string(ours.home.path("vault.key")) {
        secrets.push(secret("the vault's old key", key.trim()));
    }
    let file = ours.home.write_private("vault-passphrase", VAULT_PASSPHRASE);
    ours.ok_last(&["vault", "passphrase", "--passphrase-file", &file]);
    let ended = ours.run_with(
        &["instance", "list"],
        &[("BUTTERFLY_VAULT_PASSPHRASE", VAULT_PASSPHRASE)],
    );
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let ended = ours.run_with(
        &["instance", "list"],
        &[("BUTTERFLY_VAULT_PASSPHRASE", WRONG_GUESS)],
    );
    assert_eq!(ended.code, 3, "{}", ended.stderr);
}

impl Person {
    /// Runs a verb after which the home opens in another way.
    fn ok_last(&mut self, line: &[&str]) {
        let ended = self.run(line);
        assert_eq!(ended.code, 0, "{line:?}: {}", ended.stderr);
    }
}
