//! The call that a relay makes: once more where the key that it was made with had been replaced in the meantime.

use super::Instance;
use super::asking::{Attempted, Noted, attempt, own_context};
use super::held::Holding;
use super::{holding, renewal};
use crate::client::ClientError;
use crate::protocol::{CallContext, Code, Query};
use serde_json::json;
use std::sync::Arc;

/// Calls the peer for a relay. Where it refuses the key, nothing was executed; if there is another one by now, or one that
/// the peer agreed to in an answer that was lost, the call is made once more under that. `noted` hears of each attempt as
/// soon as it ended, because whoever waits for what follows may give up.
pub(super) async fn invoke(
    instance: &Instance,
    holding: &Arc<Holding>,
    query: &Query,
    context: &CallContext,
    noted: Noted<'_>,
) -> Attempted {
    let client = instance.client();
    let asked = attempt((instance, client), holding, query, context, noted).await;
    match &asked {
        Err(failed) if matches!(failed.error, ClientError::Refused { .. }) => {
            // Boxed, because there would be room for it in every relay.
            match Box::pin(renewal::successor(instance, holding, context)).await {
                Some(renewed) => attempt((instance, client), &renewed, query, context, noted).await,
                None => asked,
            }
        }
        Ok(exchange) if exchange.reply.code() == Some(Code::CredentialFrozen) => {
            heed_freezing(instance, holding, context).await;
            asked
        }
        _ => asked,
    }
}

/// Somewhere along the chain a credential is frozen: the peer itself says whether it is this one.
async fn heed_freezing(instance: &Instance, holding: &Holding, context: &CallContext) {
    let whoami = Query::new("whoami", json!({}));
    let context = own_context(instance, context);
    let asked = instance
        .own_client()
        .invoke(&holding.credential, &whoami, &context)
        .await;
    if let Ok(exchange) = asked {
        holding::heed_reply(instance, &holding.record.name, &exchange.reply).await;
    }
}
