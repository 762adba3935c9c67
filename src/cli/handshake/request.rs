//! `butterfly handshake request`: asking somebody for a credential.

use super::status::open;
use crate::cli::arguments::{HolderArg, holders};
use crate::cli::outcome::{Outcome, usage, write_line};
use crate::cli::session::Session;
use crate::cli::words;
use crate::model::{AppId, Holder, InstanceName};
use crate::workspace::{AskRequest, RequestMade};
use clap::Args;
use std::path::PathBuf;

/// Ask for a credential: makes a text to send, whose answer only this home can open.
///
/// Nothing in the text is secret. The other side answers with `handshake offer --request FILE`; accept what comes
/// back with `handshake accept FILE`.
#[derive(Debug, Args)]
pub struct Ask {
    /// The instance of ours that shall call the other one by itself (relay).
    #[arg(long, value_name = "NAME")]
    instance: Option<InstanceName>,
    /// The name under which we would like to call; the instance's name unless told.
    #[arg(long, value_name = "ID", required_unless_present_any = ["instance", "again"])]
    app_id: Option<AppId>,
    /// Who of us gets a credential of its own: `console` makes calls from here (routes endpoint and circuit), `instance`
    /// lets the one named with --instance call by itself (route relay). Repeatable; the console unless told, and the
    /// instance if one is named.
    #[arg(long, value_enum)]
    holder: Vec<HolderArg>,
    /// Show once more the request that was made under this id and waits for its answer, instead of making one.
    #[arg(long, value_name = "HANDSHAKE", conflicts_with_all = ["instance", "app_id", "holder"])]
    again: Option<String>,
    /// Write the request there instead of printing it; - prints it.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Ask {
    pub async fn run(self, session: &Session) -> Outcome {
        let file = self.file.filter(|path| path.as_os_str() != "-");
        if let Some(id) = &self.again {
            let made = open(session, id).await?.request_again(id, file).await?;
            return show(session, &made);
        }
        session.permit("asking for a credential")?;
        let usual: &[Holder] = match self.instance {
            Some(_) => &[Holder::Console, Holder::Instance],
            None => &[Holder::Console],
        };
        let holders = holders(self.holder, usual);
        if holders.contains(&Holder::Instance) && self.instance.is_none() {
            return Err(usage(
                "a credential is asked for an instance, and none was named",
                "name the instance of ours that shall hold it, with --instance NAME",
            ));
        }
        let app_id = match (self.app_id, &self.instance) {
            (Some(app_id), _) => app_id,
            (None, instance) => {
                let name = instance.as_ref().map_or("", InstanceName::as_str);
                AppId::parse(name)
                    .map_err(|error| usage(error.to_string(), "propose an app_id, with --app-id"))?
            }
        };
        let workspace = match &self.instance {
            Some(instance) => session.open_for(instance.as_str()).await?,
            None => session.open_or_create().await?,
        };
        let made = workspace
            .ask(AskRequest {
                instance: self.instance,
                app_id,
                holders,
                file,
            })
            .await?;
        show(session, &made)
    }
}

fn show(session: &Session, made: &RequestMade) -> Outcome {
    if session.is_json() {
        return session.show(made, String::new);
    }
    match &made.file {
        Some(file) => write_line(&format!("request {} is in {}", made.id, file.display()))?,
        None => write_line(made.text.trim_end())?,
    }
    session.note(&format!(
        "Send it to the other administrator; nothing in it is secret. It may be answered until {}.\n\
         There: butterfly handshake offer INSTANCE --request FILE\n\
         Here, with what comes back: {}",
        words::moment(made.expires_at),
        session.command("handshake accept FILE")
    ));
    Ok(())
}
