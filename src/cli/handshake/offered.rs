//! Showing an offer that was made: as JSON for scripts, in words for the person who must pass it on.

use crate::cli::grant_words::describe_grant;
use crate::cli::plain_values::values_text;
use crate::cli::session::Session;
use crate::cli::words;
use crate::model::{Delivery, Holder, Profile};
use crate::workspace::{OfferMade, OfferRequest, path_text};
use serde_json::{Value, json};

/// Passphrase, code and plain values are here because whoever offers must pass them on.
pub fn to_value(offer: &OfferMade) -> Value {
    let mut value = json!({"offer_id": offer.offer_id, "words": offer.words});
    match (&offer.file, &offer.armoured) {
        (Some(file), _) => value["file"] = json!(path_text(file)),
        (None, Some(text)) => value["bundle"] = json!(text),
        (None, None) => {}
    }
    if let Some(passphrase) = &offer.passphrase {
        value["passphrase"] = json!(passphrase.expose_text());
    }
    if let Some(code) = &offer.code {
        value["code"] = json!(code.as_str());
        value["endpoint"] = json!(offer.endpoint);
    }
    if offer.delivery == Delivery::Plain {
        value["plain"] = offer.plain.iter().map(plain_value).collect();
    }
    value["expires_at"] = json!(offer.expires_at);
    if let Some(warning) = &offer.warning {
        value["warning"] = json!(warning);
    }
    value
}

fn plain_value((holder, form): &(Holder, crate::protocol::CredentialForm)) -> Value {
    let mut value = json!({"holder": holder});
    if let (Some(members), Value::Object(values)) = (value.as_object_mut(), form.expose_value()) {
        members.extend(values);
    }
    value
}

/// What is shared, in plain words, and what to do next.
pub fn explain(session: &Session, request: &OfferRequest, offer: &OfferMade) -> String {
    format!(
        "{}\n{}\n{}",
        shared(request),
        handed_over(offer),
        next(session, offer, request.profile)
    )
}

/// A new code for an offer that was made before.
pub fn explain_code(session: &Session, offer: &OfferMade) -> String {
    format!(
        "{}\n{}",
        handed_over(offer),
        next(session, offer, Profile::Native)
    )
}

/// With whom what is shared.
fn shared(request: &OfferRequest) -> String {
    let holders: Vec<&str> = request
        .holders
        .iter()
        .map(|holder| match holder {
            Holder::Console => "the administrator's console",
            Holder::Instance => "the instance itself (for relay)",
        })
        .collect();
    let lease = match request.lease_days {
        Some(days) => format!("{days} days"),
        None => "as long as you do not revoke it".to_owned(),
    };
    let first = match request.verify_first {
        true => "  opens     nothing, until the words were compared on both sides\n",
        false => "",
    };
    format!(
        "{} may call {}: {}.\n{}\n  for       {lease}\n{first}",
        request.app_id,
        request.instance,
        holders.join(" and "),
        describe_grant(&request.grant),
    )
}

/// The values that travel.
fn handed_over(offer: &OfferMade) -> String {
    let mut text = String::new();
    match (&offer.file, &offer.armoured) {
        (Some(file), _) => text.push_str(&format!("bundle      {}\n", file.display())),
        (None, Some(bundle)) => text.push_str(&format!("{}\n", bundle.trim_end())),
        (None, None) => {}
    }
    if let Some(passphrase) = &offer.passphrase {
        text.push_str(&format!("passphrase  {}\n", passphrase.expose_text()));
    }
    if let Some(code) = &offer.code {
        text.push_str(&format!("url         {}\n", offer.endpoint));
        text.push_str(&format!("code        {}\n", code.as_str()));
    }
    for (holder, form) in &offer.plain {
        let whose = match holder {
            Holder::Console => "For their console:",
            Holder::Instance => "For their instance:",
        };
        text.push_str(&format!("{whose}\n{}\n", values_text(form).as_str()));
    }
    if let Some(seven) = &offer.words {
        text.push_str(&format!(
            "words       {}\nexpires     {}\n",
            seven.join(" "),
            words::moment(offer.expires_at)
        ));
    }
    text
}

/// What the two people do now.
fn next(session: &Session, offer: &OfferMade, profile: Profile) -> String {
    let how = match offer.delivery {
        Delivery::Code => format!(
            "Read the code to the other administrator over the phone: it opens once, and a wrong try burns it.\n\
             The other side runs, and types the code when asked:\n  \
             butterfly handshake accept --url {}",
            offer.endpoint
        ),
        Delivery::Request => {
            "Send the bundle whichever way you like: only whoever made the request can open it.\n\
             The other side runs:\n  butterfly handshake accept FILE"
                .to_owned()
        }
        Delivery::Passphrase => {
            "Send the bundle one way and the passphrase another: who gets both can call the \
             instance.\nThe other side runs:\n  butterfly handshake accept FILE"
                .to_owned()
        }
        Delivery::Plain => {
            return "Hand the values over where nobody else reads them, and clear this screen and its scrollback.\n\
                    There are no words to compare, so nothing proves who got them, and no fresh keys are mixed in:\n\
                    give a lease, and rotate them."
                .to_owned();
        }
    };
    let verify = match profile {
        Profile::Native => {
            "Then compare the seven words over the phone. If they match, say so on both sides; here:"
        }
        Profile::Legacy => {
            "Then compare the seven words over the phone (legacy credentials have no fresh keys to mix in), and say so:"
        }
    };
    let command = session.command(&format!("handshake verify {}", offer.offer_id));
    format!("{how}\n{verify}\n  {command}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AppId, Endpoint, Timestamp};
    use crate::protocol::{CredentialForm, HeldCredential};
    use crate::seal::{FernetKey, Passphrase, TokenSecret};
    use zeroize::Zeroizing;

    fn made(delivery: Delivery) -> OfferMade {
        OfferMade {
            offer_id: "off_0123456789ab".to_owned(),
            delivery,
            words: (delivery != Delivery::Plain)
                .then(|| ["a", "b", "c", "d", "e", "f", "g"].map(str::to_owned)),
            file: None,
            armoured: None,
            passphrase: None,
            code: None,
            plain: Vec::new(),
            endpoint: Endpoint::parse("http://127.0.0.1:5001/invoke").unwrap(),
            expires_at: Timestamp::now(),
            warning: None,
        }
    }

    fn fields(offer: &OfferMade) -> Vec<String> {
        to_value(offer).as_object().unwrap().keys().cloned().collect()
    }

    #[test]
    fn scripts_find_the_fields_that_they_rely_on() {
        let passphrase = OfferMade {
            file: Some("b".into()),
            armoured: Some("text".to_owned()),
            passphrase: Some(Passphrase::parse("seven words").unwrap()),
            ..made(Delivery::Passphrase)
        };
        assert_eq!(
            fields(&passphrase),
            ["offer_id", "words", "file", "passphrase", "expires_at"]
        );
        let printed = OfferMade {
            file: None,
            warning: Some("look".to_owned()),
            ..passphrase
        };
        assert_eq!(
            fields(&printed),
            [
                "offer_id",
                "words",
                "bundle",
                "passphrase",
                "expires_at",
                "warning"
            ]
        );
        let code = OfferMade {
            code: Some(Zeroizing::new("4711-able-about-above".to_owned())),
            ..made(Delivery::Code)
        };
        assert_eq!(
            fields(&code),
            ["offer_id", "words", "code", "endpoint", "expires_at"]
        );
        let session = Session::new(Some("/srv/a home".into()), false, false).unwrap();
        let told = explain_code(&session, &code);
        assert!(
            told.ends_with("  butterfly --home '/srv/a home' handshake verify off_0123456789ab"),
            "{told}"
        );
        assert!(explain_code(&session, &code).contains("accept --url http://127.0.0.1:5001/invoke"));
    }

    #[test]
    fn plain_values_stand_with_their_holder_and_as_an_environment() {
        let held = HeldCredential::legacy(
            AppId::parse("alpha").unwrap(),
            Endpoint::parse("http://127.0.0.1:5001/invoke").unwrap(),
            TokenSecret::parse("a token secret of at least 32 bytes").unwrap(),
            FernetKey::parse("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").unwrap(),
            None,
        );
        let offer = OfferMade {
            plain: vec![(Holder::Console, CredentialForm::of(&held))],
            ..made(Delivery::Plain)
        };
        let value = to_value(&offer);
        assert_eq!(value["words"], Value::Null);
        assert_eq!(value["plain"][0]["holder"], "console");
        assert_eq!(value["plain"][0]["app_id"], "alpha");
        let text = handed_over(&offer);
        assert!(
            text.contains("\nJWT_SECRET_KEY=a token secret of at least 32 bytes\n"),
            "{text}"
        );
        assert!(text.contains("\nBUTTERFLY_ENCRYPTION_KEY=AAAA"), "{text}");
    }
}
