//! Certificates that an instance is given: found where they are by then, and doubted where callers will not accept them.

use super::binary::{Ended, Home, Serving};
use super::named;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;

/// A certificate and its key as files beside a home.
fn write(home: &Home, name: &str, certificate: &str, key: &KeyPair) -> [String; 2] {
    [
        home.write(&format!("{name}.crt"), certificate),
        home.write_private(&format!("{name}.key"), &key.serialize_pem()),
    ]
}

/// One that nobody else vouches for.
fn self_signed(home: &Home, name: &str, change: impl FnOnce(&mut CertificateParams)) -> [String; 2] {
    let key = KeyPair::generate().unwrap();
    let mut parameters = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    change(&mut parameters);
    let certificate = parameters.self_signed(&key).unwrap();
    write(home, name, &certificate.pem(), &key)
}

fn init(home: &Home, name: &str, [certificate, key]: &[String; 2], authorities: Option<&str>) -> Ended {
    let line = [
        "instance",
        "init",
        name,
        "--listen",
        "127.0.0.1:0",
        "--tls-certificate",
        certificate,
        "--tls-key",
        key,
    ];
    let mut command = home.command(&line);
    if let Some(file) = authorities {
        command.env("SSL_CERT_FILE", file).env_remove("SSL_CERT_DIR");
    }
    let ended = super::binary::End::end(&mut command);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    ended
}

#[test]
fn a_given_certificate_is_looked_for_where_its_link_leads_by_then() {
    let home = Home::empty();
    let [first, second] = ["first", "second"].map(|name| self_signed(&home, name, |_| {}));
    let live = ["live.crt", "live.key"].map(|name| PathBuf::from(home.beside(name)));
    let lead_to = |made: &[String; 2]| {
        for (link, file) in live.iter().zip(made) {
            let _ = std::fs::remove_file(link);
            symlink(file, link).unwrap();
        }
    };
    lead_to(&first);
    let given = live.clone().map(|path| path.to_str().unwrap().to_owned());
    init(&home, "alpha", &given, None);
    let settings = std::fs::read_to_string(home.path("instances/alpha/instance.toml")).unwrap();
    assert!(
        settings.contains("/live.crt") && settings.contains("/live.key"),
        "{settings}"
    );

    // Renewed, and the old one is gone.
    lead_to(&second);
    for file in &first {
        std::fs::remove_file(file).unwrap();
    }
    let serving = Serving::start(home.command(&["serve", "alpha"]));
    assert!(
        serving.line.starts_with("listening on https://"),
        "{}",
        serving.line
    );
    assert_eq!(serving.stop(), 0);

    // What it leads to must be private all the same.
    std::fs::set_permissions(&second[1], std::fs::Permissions::from_mode(0o644)).unwrap();
    let refused = home.run(&["serve", "alpha"]);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("0644"), "{}", refused.stderr);
}

#[test]
fn a_certificate_that_callers_will_not_accept_is_doubted_at_once() {
    let home = Home::empty();
    let unknown = self_signed(&home, "unknown", |_| {});
    let ended = self_signed(&home, "ended", |parameters| {
        parameters.not_after = date_time_ymd(2001, 1, 1);
    });
    let early = self_signed(&home, "early", |parameters| {
        parameters.not_before = date_time_ymd(2999, 1, 1);
        parameters.not_after = date_time_ymd(3000, 1, 1);
    });
    for (name, given, doubt) in [
        (
            "unknown",
            &unknown,
            "no authority that this system trusts vouches for it",
        ),
        ("ended", &ended, "it ended on 2001-01-01"),
        ("early", &early, "it is valid from 2999-01-01 on only"),
    ] {
        let made = init(&home, name, given, None);
        assert!(made.stderr.contains(doubt), "{name}: {}", made.stderr);
        let found = home.run_json(&["doctor"]).json();
        let found = found.as_array().unwrap().iter();
        let tls = found
            .clone()
            .find(|one| one["check"] == "tls" && one["subject"] == name);
        let tls = tls.unwrap();
        assert_ne!(tls["severity"], "ok", "{tls}");
        let told = home.run(&["instance", "start", name]);
        assert!(told.stderr.contains(doubt), "{name}: {}", told.stderr);
        home.ok(&["instance", "stop", name]);
    }
    assert_eq!(
        named(&home.ok(&["instance", "list"]), "ended")["state"],
        "stopped"
    );
}

#[test]
fn a_certificate_of_another_name_is_doubted_and_a_good_one_is_not() {
    let home = Home::empty();
    let authority_key = KeyPair::generate().unwrap();
    let mut parameters = CertificateParams::new(Vec::new()).unwrap();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = parameters.self_signed(&authority_key).unwrap();
    let authorities = home.write("authority.pem", &authority.pem());
    let issuer = Issuer::new(parameters, authority_key);
    let vouched_for = |name: &str, bears: &str| {
        let key = KeyPair::generate().unwrap();
        let parameters = CertificateParams::new([bears.to_owned()]).unwrap();
        let certificate = parameters.signed_by(&key, &issuer).unwrap();
        write(&home, name, &certificate.pem(), &key)
    };
    let good = init(
        &home,
        "good",
        &vouched_for("good", "127.0.0.1"),
        Some(&authorities),
    );
    assert!(!good.stderr.contains("will not accept"), "{}", good.stderr);
    let other = vouched_for("other", "b.example");
    let doubted = init(&home, "other", &other, Some(&authorities));
    assert!(
        doubted.stderr.contains("it does not bear the name 127.0.0.1"),
        "{}",
        doubted.stderr
    );
}
