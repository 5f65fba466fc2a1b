//! A connection that does not let its peer dawdle: hyper bounds neither the first bytes nor idle connections of both
//! protocols, so the bytes themselves are watched.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

/// How long a peer may take.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// From the first byte of a request to the last of its header; also from the connection to its first byte.
    pub header: Duration,
    /// Between an answer and the next request.
    pub idle: Duration,
    /// Without taking a byte of an answer.
    pub stalled: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            header: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            stalled: Duration::from_secs(60),
        }
    }
}

/// Which requests of a connection are being answered, and since when none is.
#[derive(Debug)]
pub struct Activity {
    born: Instant,
    running: AtomicUsize,
    served: AtomicUsize,
    quiet_since_ms: AtomicU64,
}

/// One request that is being answered, until its answer's body is gone.
#[derive(Debug)]
pub struct Running(Arc<Activity>);

impl Activity {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            born: Instant::now(),
            running: AtomicUsize::new(0),
            served: AtomicUsize::new(0),
            quiet_since_ms: AtomicU64::new(0),
        })
    }

    pub fn begin(self: &Arc<Self>) -> Running {
        self.running.fetch_add(1, Ordering::AcqRel);
        Running(Arc::clone(self))
    }

    fn quiet_since(&self) -> Instant {
        self.born + Duration::from_millis(self.quiet_since_ms.load(Ordering::Acquire))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let since = u64::try_from(self.0.born.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.0.quiet_since_ms.store(since, Ordering::Release);
        self.0.served.fetch_add(1, Ordering::AcqRel);
        self.0.running.fetch_sub(1, Ordering::AcqRel);
    }
}

pub struct GuardIo {
    stream: TcpStream,
    patience: Patience,
    activity: Arc<Activity>,
    /// When the header that is being read began, and how many requests were served before it.
    header: Option<(Instant, usize)>,
    /// The first bytes. HTTP/2 speaks between requests too, so that its later bytes say nothing about a header.
    seen: Vec<u8>,
    read_timer: Pin<Box<Sleep>>,
    write_timer: Pin<Box<Sleep>>,
    stalled: bool,
}

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

impl GuardIo {
    pub fn new(stream: TcpStream, patience: Patience) -> (Self, Arc<Activity>) {
        let activity = Activity::new();
        let now = Instant::now();
        let guarded = Self {
            stream,
            patience,
            activity: Arc::clone(&activity),
            header: Some((now, 0)),
            seen: Vec::with_capacity(PREFACE.len()),
            read_timer: Box::pin(sleep_until(now)),
            write_timer: Box::pin(sleep_until(now)),
            stalled: false,
        };
        (guarded, activity)
    }

    /// Looks at what was read; nothing means that the peer has finished sending.
    fn note(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let room = PREFACE.len() - self.seen.len();
        self.seen.extend_from_slice(&bytes[..bytes.len().min(room)]);
        if self.seen == PREFACE {
            self.header = None;
        } else if self.header.is_none() && self.activity.running.load(Ordering::Acquire) == 0 {
            self.header = Some((Instant::now(), self.activity.served.load(Ordering::Acquire)));
        }
    }

    /// When the peer's silence, or its slowness, is enough; `None` while a request is being answered.
    fn deadline(&mut self) -> Option<Instant> {
        if self.activity.running.load(Ordering::Acquire) > 0 {
            self.header = None;
            return None;
        }
        let served = self.activity.served.load(Ordering::Acquire);
        // A header that was read became a request: a later one has its own clock.
        self.header = self.header.filter(|(_, before)| *before == served);
        Some(match self.header {
            Some((began, _)) => began + self.patience.header,
            None => self.activity.quiet_since() + self.patience.idle,
        })
    }
}

impl AsyncRead for GuardIo {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        match Pin::new(&mut this.stream).poll_read(cx, buf) {
            Poll::Ready(Ok(())) => {
                this.note(&buf.filled()[before..]);
                Poll::Ready(Ok(()))
            }
            Poll::Ready(Err(fault)) => Poll::Ready(Err(fault)),
            Poll::Pending => {
                let Some(deadline) = this.deadline() else { return Poll::Pending };
                this.read_timer.as_mut().reset(deadline);
                match this.read_timer.as_mut().poll(cx) {
                    Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
                    Poll::Pending => Poll::Pending,
                }
            }
        }
    }
}

impl GuardIo {
    /// Ends a connection whose peer does not take its answer.
    fn watch<T>(&mut self, cx: &mut Context<'_>, result: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if result.is_ready() {
            self.stalled = false;
            return result;
        }
        if !self.stalled {
            self.stalled = true;
            self.write_timer.as_mut().reset(Instant::now() + self.patience.stalled);
        }
        match self.write_timer.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncWrite for GuardIo {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.stream).poll_write(cx, buf);
        this.watch(cx, result)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.stream).poll_write_vectored(cx, bufs);
        this.watch(cx, result)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
