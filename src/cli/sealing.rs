//! `butterfly seal` and `open`: a request for someone else to send, a reply that someone got.

use super::arguments;
use super::outcome::{Outcome, after};
use super::read_only::permit_query;
use super::reply;
use super::session::Session;

/// Seal a query for someone else to send, with a token that is good for one minute.
#[derive(Debug, clap::Args)]
pub struct Seal {
    /// The instance that the query is for.
    remote: String,
    /// The query as JSON; - for stdin, @FILE for a file.
    query: String,
    /// As a configuration for `curl --config -`, which posts it; its last word is the `jti` for `open` (native).
    #[arg(long)]
    curl: bool,
}

/// Open a reply that someone got.
#[derive(Debug, clap::Args)]
pub struct Open {
    /// The instance that the reply came from.
    remote: String,
    /// The sealed body; - for stdin, @FILE for a file.
    #[arg(default_value = "-")]
    body: String,
    /// Native: the `jti` that `seal` printed; a reply to any other request is refused.
    #[arg(long, allow_hyphen_values = true)]
    jti: Option<String>,
}

impl Seal {
    pub async fn run(self, session: &Session) -> Outcome {
        let query = arguments::query(&self.query)?;
        permit_query(session, &query)?;
        let sealed = session
            .open_for(&self.remote)
            .await?
            .seal(&self.remote, &query)
            .await?;
        session.show(&sealed, || {
            if self.curl {
                return sealed.curl_config();
            }
            format!(
                "POST {}\nContent-Type: {}\nAuthorization: {}\n\n{}",
                sealed.endpoint, sealed.content_type, sealed.authorization, sealed.body
            )
        })?;
        let is_told = self.curl || session.is_json();
        if let (Some(jti), false) = (&sealed.jti, is_told) {
            session.note(&format!(
                "The token is good for one minute. Open the reply with --jti {jti}"
            ));
        }
        Ok(())
    }
}

impl Open {
    pub async fn run(self, session: &Session) -> Outcome {
        let workspace = session.open_for(&self.remote).await?;
        let body = arguments::text_or_file(&self.body)?;
        let opened = workspace
            .open_reply(&self.remote, body.trim_ascii(), self.jti.as_deref())
            .await?;
        let shown = session.show(&opened.to_value(), || reply::text(&opened));
        after(shown, reply::outcome(session, &opened, &self.remote))
    }
}
