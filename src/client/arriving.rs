//! The body of a response, on its way over a connection that is driven by whoever reads it.

use super::idle::Idle;
use super::live::Live;
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

/// The body of a response that is still arriving. Dropped before its end, it closes the connection.
pub(super) struct Arriving {
    incoming: Incoming,
    /// None once all of it is here.
    over: Option<(Box<Live>, Arc<Idle>)>,
}

impl Arriving {
    /// A body that comes over `live`, which has its place at `home` after that.
    pub(super) fn over(live: Box<Live>, home: &Arc<Idle>, incoming: Incoming) -> Self {
        Self {
            incoming,
            over: Some((live, Arc::clone(home))),
        }
    }
}

impl Body for Arriving {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<hyper::Result<Frame<Bytes>>>> {
        let arriving = &mut *self;
        let mut polled = Pin::new(&mut arriving.incoming).poll_frame(context);
        if polled.is_pending()
            && let Some((live, _)) = &mut arriving.over
        {
            live.drive(context);
            polled = Pin::new(&mut arriving.incoming).poll_frame(context);
        }
        let frame = ready!(polled);
        let is_here = frame.is_none() || arriving.incoming.is_end_stream();
        if is_here
            && let Some((mut live, home)) = arriving.over.take()
            && (live.is_free_already() || live.is_free())
        {
            home.put(live);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}
