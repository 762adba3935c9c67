//! `butterfly handshake verify`: people compared the seven words.

use crate::cli::ask;
use crate::cli::outcome::{Outcome, usage};
use crate::cli::session::Session;
use crate::cli::table::pairs;
use crate::model::{CredentialState, Delivery, Side};
use crate::protocol::{Code, ExitClass};
use crate::workspace::{Failure, HandshakeRow, Verified, Workspace};
use clap::Args;
use std::time::{Duration, Instant};

/// Between two looks at whether the other side acted, at first and at most.
const PAUSE: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(5));

/// Say that the seven words match on both sides, or that they differ.
///
/// On a terminal, it shows the words and asks. Both sides do this; then fresh keys are mixed in, so that whatever travelled
/// on the way here opens nothing any more. Not so with legacy credentials: they keep the keys that travelled. Plain
/// values have no words, so that there is nothing to verify. If the words differ, somebody is in between: nothing of the
/// handshake stays.
#[derive(Debug, Args)]
pub struct Verify {
    /// The handshake or offer by its id, or the remote or a credential by its name where that fits one handshake only.
    id: String,
    /// The words were compared, and they match.
    #[arg(long = "match", conflicts_with = "differ")]
    matches: bool,
    /// The words were compared, and they differ.
    #[arg(long)]
    differ: bool,
    /// Wait until the other side has said so too, for so many seconds at most (600 unless told).
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, require_equals = true, default_missing_value = "600")]
    wait: Option<u64>,
}

impl Verify {
    pub async fn run(self, session: &Session) -> Outcome {
        session.permit("verifying a handshake")?;
        let workspace = super::status::open(session, &self.id).await?;
        let row = workspace.handshake(&self.id).await?;
        let answer = match (self.matches, self.differ) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ if row.delivery == Delivery::Plain => return Ok(row.has_words_to_compare()?),
            // Said before: there is nothing left for people to do here.
            _ if row.verified => None,
            _ => Some(compare(session, &row)?),
        };
        let told = match answer {
            Some(answer) => workspace.verify(&row.id, answer).await,
            None => workspace.advance(&row.id).await,
        };
        let is_left_to_wait_for = match &told {
            Ok(verified) => verified.waiting,
            // What people said is kept; that the other side is away may pass.
            Err(failure) => {
                may_pass(failure) && workspace.handshake(&row.id).await.is_ok_and(|row| row.verified)
            }
        };
        let verified = match self.wait {
            Some(seconds) if is_left_to_wait_for => {
                if !session.is_json() {
                    session.note(&format!("Waiting for {} …", row.peer));
                }
                wait(workspace, &row.id, told, Duration::from_secs(seconds)).await?
            }
            _ => told?,
        };
        session.show(&verified, || explain(session, &row, &verified))
    }
}

/// Whether trying again may help: nobody answered, or not in time.
fn may_pass(failure: &Failure) -> bool {
    failure.exit_class() == ExitClass::Unreachable
}

/// Shows the words to a person and asks.
fn compare(session: &Session, row: &HandshakeRow) -> Outcome<bool> {
    let Some(words) = &row.words else {
        let failure = Failure::new(
            Code::WrongStep,
            format!("there are no words to compare with {} yet", row.peer),
            row.next.clone(),
        );
        return Err(failure.into());
    };
    if row.side == Side::Issued && row.delivery == Delivery::Code && row.state == CredentialState::Offered {
        let failure = Failure::new(
            Code::WrongStep,
            format!(
                "{} has no words to compare yet: nobody has taken the code",
                row.peer
            ),
            row.next.clone(),
        );
        return Err(failure.into());
    }
    if !ask::is_possible() {
        return Err(usage(
            "the words are compared by people, and nobody can be asked",
            "compare those that `butterfly handshake status` shows, then give --match or --differ",
        ));
    }
    session.note(&format!("With {}:\n\n  {}\n", row.peer, words.join("  ")));
    Ok(ask::yes_or_no(
        "Read them to the other administrator over the phone. Are all seven the same, in this order?",
    )?)
}

/// Looks again and again, ever more seldom, until the other side acted. It may be away meanwhile; if it is in the end, that
/// is what is told.
async fn wait(
    workspace: &Workspace,
    id: &str,
    mut told: Result<Verified, Failure>,
    longest: Duration,
) -> Result<Verified, Failure> {
    let begun = Instant::now();
    let (mut pause, most) = PAUSE;
    while begun.elapsed() + pause <= longest {
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(most);
        told = workspace.advance(id).await;
        let goes_on = match &told {
            Ok(verified) => verified.waiting,
            Err(failure) => may_pass(failure),
        };
        if !goes_on {
            return told;
        }
    }
    told?;
    Err(Failure::new(
        Code::DeadlineExceeded,
        "the other side has not said yet that the words match",
        format!(
            "have its administrator say so with `handshake verify`, then go on with `butterfly handshake verify {id} --wait`"
        ),
    ))
}

fn explain(session: &Session, row: &HandshakeRow, verified: &Verified) -> String {
    let credentials = verified
        .credentials
        .iter()
        .map(|(name, state)| format!("{name} ({state})"));
    let mut text = pairs([
        ("handshake", Some(verified.id.clone())),
        ("state", Some(verified.state.to_string())),
        (
            "verified",
            Some(if verified.verified { "yes" } else { "no" }.to_owned()),
        ),
        ("credentials", Some(Vec::from_iter(credentials).join(", "))),
        (
            "sealed anew",
            (verified.resealed > 0).then(|| format!("{} circuits", verified.resealed)),
        ),
        (
            "called with",
            verified
                .called_with
                .as_ref()
                .map(|name| format!("{name}, in the place of plain values")),
        ),
    ]);
    text.push('\n');
    text.push_str(&outcome(session, row, verified));
    text
}

fn outcome(session: &Session, row: &HandshakeRow, verified: &Verified) -> String {
    if verified.state == CredentialState::Revoked {
        return differed(row);
    }
    if !verified.activates {
        return format!(
            "Verified. Legacy credentials get no fresh keys: what travelled on the way here goes on opening the same.\n\
             {} says so at their own screen.",
            row.peer
        );
    }
    if verified.waiting {
        return match row.side {
            Side::Held => format!(
                "Verified here. {} must say so too; then fresh keys are mixed in:\n  {}",
                row.peer,
                session.command(&format!("handshake verify {} --wait", verified.id))
            ),
            Side::Issued => format!(
                "Verified here. What is left is up to {}, whose next call mixes fresh keys in.",
                row.peer
            ),
        };
    }
    match verified.state {
        CredentialState::Active | CredentialState::Activated | CredentialState::Rotating => {
            "Done: fresh keys are mixed in, and what travelled on the way here opens nothing any more."
                .to_owned()
        }
        _ => "Verified.".to_owned(),
    }
}

/// What is so where the words differ. Only the side that made the offer can end what it opens.
fn differed(row: &HandshakeRow) -> String {
    match row.side {
        Side::Issued => {
            "The words differ: somebody is in between. Nothing of this handshake opens anything any more.\n\
                         Make a new offer over another channel."
                .to_owned()
        }
        Side::Held => format!(
            "The words differ: somebody is in between. What came is forgotten here. On {peer} the offer still stands, {opens}.\n\
             Tell its administrator now, over another channel, to run there\n  butterfly handshake verify {offer} --differ\n\
             which ends it. Then ask for a new offer over another channel.",
            peer = row.peer,
            offer = row.offer_there().unwrap_or("OFFER"),
            opens = match row.verify_first {
                true => "and could still be activated by whoever else has it",
                false => "and goes on opening for whoever has it",
            }
        ),
    }
}
