//! Reads the log of a hosted instance again and again, for the page that shows it.

use super::super::message::Message;
use crate::instance::Looking;
use crate::model::InstanceName;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;

/// How often: quick for eyes, nothing for a processor.
const EVERY: Duration = Duration::from_millis(200);

/// Reads until nobody listens any more. Where nothing came, nothing is said.
pub(super) async fn read_log(name: InstanceName, looking: Looking, messages: UnboundedSender<Message>) {
    let mut next = 0;
    let mut dropped = 0;
    loop {
        let reading = looking.events().read(next);
        let is_news = !reading.events.is_empty() || reading.dropped != dropped;
        (next, dropped) = (reading.next, reading.dropped);
        if is_news && messages.send(Message::Told(name.clone(), reading)).is_err() {
            return;
        }
        tokio::time::sleep(EVERY).await;
    }
}
