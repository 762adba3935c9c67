//! Opening what came, by whichever way it came. Nothing is kept here.

use crate::client::{ClientError, Stranger};
use crate::handshake::{
    Bundle, BundleError, CLAIM_PATH, CONFIRM_PATH, ClaimAnswer, Claimant, Handover, OneTimeCode, RequestKey,
};
use crate::model::{Endpoint, Timestamp};
use crate::protocol::{CallContext, Code};
use crate::vault::HandshakeEntry;
use crate::workspace::{Failure, Received, Workspace};

/// Seconds for the whole of a code's exchange.
const PATIENCE: i64 = 20;

/// A bundle that came and was opened.
pub(in crate::workspace) struct Came {
    pub(in crate::workspace) bundle: Bundle,
    /// The request of ours that it answers, if it answers one.
    pub(in crate::workspace) asked: Option<HandshakeEntry>,
}

impl Workspace {
    pub(in crate::workspace) async fn open_received(&self, received: &Received) -> Result<Came, Failure> {
        match received {
            Received::Passphrase { bundle, passphrase } => Ok(Came {
                bundle: super::open(bundle, passphrase).await?,
                asked: None,
            }),
            Received::Request { bundle } => self.open_answer(bundle).await,
            Received::Code { url, code } => Ok(Came {
                bundle: self.claim(url, code).await?,
                asked: None,
            }),
        }
    }

    /// The answer to one of the requests that wait; which one shows by its opening.
    async fn open_answer(&self, file: &[u8]) -> Result<Came, Failure> {
        let now = Timestamp::now();
        let entries = self.in_vault(|vault| vault.handshakes()).await?;
        let mut refusal = None;
        for entry in entries {
            let key = entry.request_key.as_deref().and_then(RequestKey::parse);
            let (Some(request), Some(key)) = (&entry.request, key) else {
                continue;
            };
            match Bundle::open_with_request(file, request, &key, now) {
                Ok(bundle) => {
                    return Ok(Came {
                        bundle,
                        asked: Some(entry),
                    });
                }
                // Sealed to another request, perhaps one of the others.
                Err(BundleError::AnotherRequest) => {}
                Err(error) => refusal = Some(error),
            }
        }
        match refusal {
            Some(error) => Err(error.into()),
            None => Err(Failure::new(
                Code::CannotOpen,
                "the bundle answers none of the requests that wait in this home",
                "if it was accepted before, `butterfly handshake status --all` shows it; else accept it in the home that made the \
                 request, or make a new request",
            )),
        }
    }

    /// Claims the bundle that waits under a code. One guess: a wrong one burns the code.
    async fn claim(&self, url: &str, code: &str) -> Result<Bundle, Failure> {
        let code = OneTimeCode::parse(code)?;
        let endpoint = place(url)?;
        let stranger = self.client.stranger(&endpoint)?;
        let deadline = CallContext::begin(Timestamp::now(), PATIENCE).deadline_ms;
        let discovery = stranger.discovery(deadline).await?.ok_or_else(|| {
            Failure::new(
                Code::PeerGarbage,
                format!(
                    "{} is not a Butterfly instance that hands over by code",
                    endpoint.authority()
                ),
                "check the URL, or ask for a bundle instead",
            )
        })?;
        let identity = self.in_vault(|vault| Ok(vault.identity()?.key())).await?;
        // The claim uses the code up: where nothing could be kept, it is not made.
        self.in_vault(|vault| vault.check_writable()).await?;
        let (claimant, claim) = Claimant::begin(&code, &discovery.instance_id, Some(identity));
        let answer: ClaimAnswer = stranger
            .post(CLAIM_PATH, &claim, deadline)
            .await
            .map_err(|error| {
                refused(
                    error,
                    "no offer waits under this code: it is used up, too old, or another one",
                )
            })?;
        let (confirmed, confirmation) = claimant.confirm(&answer)?;
        let handover: Handover = stranger
            .post(CONFIRM_PATH, &confirmation, deadline)
            .await
            .map_err(|error| refused(error, "the code is not the one that the other side has"))?;
        let bundle = confirmed.open(&handover, Timestamp::now())?;
        if bundle.instance.id.as_ref() != Some(&discovery.instance_id) {
            return Err(in_between(
                "the bundle is of another instance than the one that answers",
            ));
        }
        require_key(&bundle, &stranger)?;
        Ok(bundle)
    }
}

/// The code proved who made the bundle; the bundle says which TLS key that one has.
fn require_key(bundle: &Bundle, stranger: &Stranger) -> Result<(), Failure> {
    let Some(shown) = stranger.key() else {
        return Ok(());
    };
    let is_known = bundle.pins.is_empty() || bundle.pins.contains(&shown);
    if is_known {
        return Ok(());
    }
    Err(in_between(
        "the TLS key that was shown is none of those in the bundle",
    ))
}

fn in_between(what: &str) -> Failure {
    Failure::new(
        Code::PeerRefused,
        format!("{what}: somebody may be in between"),
        "have the offer withdrawn, and make another one over another channel",
    )
}

fn refused(error: ClientError, what: &str) -> Failure {
    match error {
        // The one thing that this status says there (DESIGN 3.6): two parties have had the code.
        ClientError::Http {
            status: 409, detail, ..
        } => Failure::new(
            Code::CredentialFrozen,
            detail.unwrap_or_else(|| {
                "the code was claimed by two parties, so its credentials are frozen".to_owned()
            }),
            "somebody else had this code: tell the other administrator, and ask for a new offer over another channel",
        ),
        ClientError::Http { status, .. } if (400..429).contains(&status) => Failure::new(
            Code::CodeRefused,
            what,
            "ask the other administrator for a new code, and type it with care",
        ),
        other => other.into(),
    }
}

/// Where somebody said that an instance answers: with or without scheme, with or without `/invoke`.
fn place(url: &str) -> Result<Endpoint, Failure> {
    let typed = url.trim().trim_end_matches('/');
    let read = |text: &str| {
        Endpoint::parse(text).map_err(|error| {
            Failure::new(
                Code::InvalidParameter,
                format!("that is not where an instance can be: {error}"),
                "give the URL that the other administrator reads out, such as https://butterfly.example:5001",
            )
        })
    };
    if typed.contains("://") {
        return read(typed);
    }
    let plain = read(&format!("http://{typed}"))?;
    if plain.is_loopback() {
        return Ok(plain);
    }
    read(&format!("https://{typed}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_be_typed_as_people_type() {
        for (typed, meant) in [
            ("http://127.0.0.1:5001", "http://127.0.0.1:5001/invoke"),
            (" 127.0.0.1:5001/ ", "http://127.0.0.1:5001/invoke"),
            ("localhost:5001/invoke", "http://localhost:5001/invoke"),
            ("b.example", "https://b.example/invoke"),
            ("https://b.example:8443/invoke/", "https://b.example:8443/invoke"),
        ] {
            assert_eq!(place(typed).unwrap().as_str(), meant);
        }
        for typed in ["", "ftp://b.example", "https://me@b.example"] {
            assert_eq!(place(typed).unwrap_err().code, Code::InvalidParameter, "{typed}");
        }
    }
}
