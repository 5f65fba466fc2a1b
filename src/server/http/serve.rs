//! Serving a router over TCP (HTTP/1 and HTTP/2) with bounds that axum's own `serve` does not set.

use super::guard_io::{GuardIo, Patience};
use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::ConnectInfo;
use axum::http::Request;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

#[derive(Clone, Copy, Debug)]
pub struct Settings {
    pub patience: Patience,
    /// Connections open at once; more wait in the system's queue.
    pub max_connections: usize,
    /// How long answers may still take once the program is asked to stop.
    pub grace: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self { patience: Patience::default(), max_connections: 2_048, grace: Duration::from_secs(20) }
    }
}

/// Serves until `shutdown` is cancelled and every answer is given, or the grace is over.
pub async fn serve(listener: TcpListener, app: Router, settings: Settings, shutdown: CancellationToken) {
    let slots = Arc::new(Semaphore::new(settings.max_connections));
    let graceful = GracefulShutdown::new();
    let builder = builder(&settings);
    while let Some((stream, peer, slot)) = accept(&listener, &slots, &shutdown).await {
        let builder = builder.clone();
        let app = app.clone();
        let watcher = graceful.watcher();
        tokio::spawn(async move {
            let _slot = slot;
            let (io, activity) = GuardIo::new(stream, settings.patience);
            let service = service_fn(move |mut request: Request<Incoming>| {
                let running = activity.begin();
                let app = app.clone();
                request.extensions_mut().insert(ConnectInfo(peer));
                async move {
                    let response = app.oneshot(request.map(Body::new)).await?;
                    Ok::<_, std::convert::Infallible>(response.map(|body| counted(body, running)))
                }
            });
            let connection = builder.serve_connection(TokioIo::new(io), service);
            if let Err(fault) = watcher.watch(connection.into_owned()).await {
                tracing::debug!(%peer, %fault, "a connection ended early");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(settings.grace, graceful.shutdown()).await.is_err() {
        tracing::warn!("some answers were not given in time and are cut off");
    }
}

/// A body that keeps its request counted as running until it is gone.
fn counted(body: Body, running: super::guard_io::Running) -> Body {
    if body.is_end_stream() {
        return body;
    }
    Body::new(body.map_frame(move |frame| {
        let _running = &running;
        frame
    }))
}

fn builder(settings: &Settings) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        // `GuardIo` tells a slow header from an idle connection; this makes hyper look at both.
        .header_read_timeout(settings.patience.idle + Duration::from_secs(1))
        .max_buf_size(64 * 1024);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(128)
        .max_header_list_size(32 * 1024)
        .keep_alive_interval(Some(Duration::from_secs(20)))
        .keep_alive_timeout(Duration::from_secs(20));
    builder
}

type Slot = tokio::sync::OwnedSemaphorePermit;

/// The next connection, when there is a slot for it; `None` at shutdown.
async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
    shutdown: &CancellationToken,
) -> Option<(TcpStream, SocketAddr, Slot)> {
    loop {
        let slot = tokio::select! {
            () = shutdown.cancelled() => return None,
            slot = Arc::clone(slots).acquire_owned() => slot.ok()?,
        };
        let accepted = tokio::select! {
            () = shutdown.cancelled() => return None,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                if let Err(fault) = stream.set_nodelay(true) {
                    tracing::debug!(%fault, "TCP_NODELAY was refused");
                }
                return Some((stream, peer, slot));
            }
            Err(fault) => {
                // Out of file descriptors, most often: the old connections must end first.
                tracing::warn!(%fault, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}
