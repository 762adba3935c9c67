//! What stands between the socket and the HTTP library: requests that two readers could take for
//! different ones are spoilt before they are parsed, whoever stalls is let go, and responses leave together.
//!
//! The library accepts a bare LF as the end of a line, and quietly drops a Content-Length beside
//! Transfer-Encoding (RFC 9112, sections 2.2 and 6.1, allow both; request smuggling lives on them).
//! Here one byte of such a head is replaced by one that no head may have: the library itself then
//! answers 400 and closes.
//!
//! A response is handed to the system once everybody has had a turn whose request was there at the same time. A reader
//! that each response wakes takes the processor from whoever answers the next one; a reader that is woken once finds
//! them all. Under load that is worth a third of a call, and to a connection that is alone it costs nothing.

mod head;

use head::{Head, Heads};
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// How long a request's head may take, from its first byte or from the connection's beginning.
pub(super) const HEAD_PATIENCE: Duration = Duration::from_secs(10);
/// How long a peer may leave a response unread.
const WRITE_PATIENCE: Duration = Duration::from_secs(10);

/// A stream that is watched.
pub(super) struct Guard<S> {
    stream: S,
    heads: Heads,
    /// What is written next has let others go first. Once for each time that something was read.
    gave_way: bool,
    head_deadline: Option<Pin<Box<Sleep>>>,
    write_deadline: Option<Pin<Box<Sleep>>>,
}

impl<S> Guard<S> {
    pub(super) fn new(stream: S) -> Self {
        Self {
            stream,
            heads: Heads::new(),
            gave_way: false,
            head_deadline: None,
            write_deadline: None,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Guard<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let guard = &mut *self;
        let before = buffer.filled().len();
        let polled = Pin::new(&mut guard.stream).poll_read(context, buffer);
        if polled.is_ready() {
            guard.gave_way = false;
            guard.heads.watch(&mut buffer.filled_mut()[before..]);
            if guard.heads.state() != Head::Awaited {
                guard.head_deadline = None;
            }
            return polled;
        }
        if guard.heads.state() != Head::Awaited {
            return Poll::Pending;
        }
        expire(&mut guard.head_deadline, HEAD_PATIENCE, context)
    }
}

impl<S: AsyncWrite + Unpin> Guard<S> {
    /// Pending once, and woken at once: whoever is ready already has its turn before.
    fn give_way(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.gave_way {
            return Poll::Ready(());
        }
        self.gave_way = true;
        context.waker().wake_by_ref();
        Poll::Pending
    }

    /// Lets go of a peer that does not read.
    fn unless_stalled<T>(
        &mut self,
        polled: Poll<io::Result<T>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.write_deadline = None;
            return polled;
        }
        match expire(&mut self.write_deadline, WRITE_PATIENCE, context) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            _ => Poll::Pending,
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guard<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.give_way(context));
        let polled = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.unless_stalled(polled, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.give_way(context));
        let polled = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.unless_stalled(polled, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_flush(context);
        self.unless_stalled(polled, context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_shutdown(context);
        self.unless_stalled(polled, context)
    }
}

/// Pending until the deadline, which begins with the first poll.
fn expire(
    deadline: &mut Option<Pin<Box<Sleep>>>,
    patience: Duration,
    context: &mut Context<'_>,
) -> Poll<io::Result<()>> {
    let sleep = deadline.get_or_insert_with(|| Box::pin(sleep(patience)));
    sleep
        .as_mut()
        .poll(context)
        .map(|()| Err(io::ErrorKind::TimedOut.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test(start_paused = true)]
    async fn threat_24_a_peer_that_does_not_read_is_let_go() {
        let (server, client) = tokio::io::duplex(16);
        let began = tokio::time::Instant::now();
        let refused = Guard::new(server).write_all(&[0; 17]).await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::TimedOut);
        assert!(began.elapsed() >= WRITE_PATIENCE);
        drop(client);
    }

    #[tokio::test]
    async fn what_is_written_lets_everybody_go_first_who_is_ready_once_for_each_reading() {
        let (server, mut client) = tokio::io::duplex(64);
        let mut guard = Guard::new(server);
        let mut context = Context::from_waker(futures::task::noop_waker_ref());
        let mut write = |guard: &mut Guard<_>| Pin::new(guard).poll_write(&mut context, b"reply").is_ready();
        assert!(!write(&mut guard), "others first");
        assert!(write(&mut guard) && write(&mut guard), "and then no more of them");
        client.write_all(b"x").await.unwrap();
        guard.read_u8().await.unwrap();
        assert!(!write(&mut guard));
        assert!(write(&mut guard));
    }

    #[tokio::test]
    async fn responses_of_requests_that_came_together_leave_together() {
        let order = Arc::new(Mutex::new(Vec::new()));
        let (tell, told) = tokio::sync::watch::channel(());
        let calls = (0..3).map(|_| {
            let (order, mut told) = (Arc::clone(&order), told.clone());
            async move {
                told.changed().await.unwrap();
                order.lock().unwrap().push("answered");
                let (server, _client) = tokio::io::duplex(64);
                Guard::new(server).write_all(b"reply").await.unwrap();
                order.lock().unwrap().push("written");
            }
        });
        let tasks: Vec<_> = calls.map(tokio::spawn).collect();
        tokio::task::yield_now().await;
        tell.send(()).unwrap();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(*order.lock().unwrap(), [["answered"; 3], ["written"; 3]].concat());
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_reads_slowly_is_waited_for_as_long_as_it_reads() {
        let (server, mut client) = tokio::io::duplex(16);
        let mut guard = Guard::new(server);
        let writing = guard.write_all(&[7; 160]);
        let reading = async {
            let mut seen = [0; 160];
            for piece in seen.chunks_mut(16) {
                sleep(WRITE_PATIENCE / 2).await;
                tokio::io::AsyncReadExt::read_exact(&mut client, piece)
                    .await
                    .unwrap();
            }
            seen
        };
        let (written, seen) = tokio::join!(writing, reading);
        written.unwrap();
        assert_eq!(seen, [7; 160]);
    }
}
