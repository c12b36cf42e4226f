//! The edge of one app: its own port, ingress rules by path prefix, static pages, the loading page.

mod answer;
mod forward;
mod pages;
mod route;

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, PoisonError, RwLock};

use hyper::body::Incoming;
use hyper::header::{HOST, HeaderValue, LOCATION, SERVER};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use self::answer::{Body, failed, flag, html, text};
use self::forward::Upstreams;
pub(crate) use self::route::{Redirect, Route, Target};

/// Listens from the moment it is opened until it is dropped; answers 404 while it has no routes.
#[derive(Debug)]
pub(crate) struct Edge {
    address: SocketAddr,
    shared: Arc<Shared>,
    /// Dropping it ends the listener and every connection.
    _listener: JoinSet<()>,
}

#[derive(Debug)]
struct Shared {
    /// The app, as its answers to the public name it.
    origin: Option<HeaderValue>,
    routes: RwLock<Arc<Vec<Route>>>,
    /// The header and its value without which no request comes through.
    guard: RwLock<Option<(String, String)>>,
    upstreams: Upstreams,
}

impl Edge {
    /// The public's way to the app of this id.
    pub(crate) async fn open(app: &str) -> std::io::Result<Self> {
        Self::listening(Some(HeaderValue::from_str(app).map_err(std::io::Error::other)?)).await
    }

    /// A way that other components take, past everything that stands in front of the platform.
    pub(crate) async fn inside() -> std::io::Result<Self> {
        Self::listening(None).await
    }

    /// A free port on 127.0.0.1.
    async fn listening(origin: Option<HeaderValue>) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            origin,
            routes: RwLock::default(),
            guard: RwLock::default(),
            upstreams: Upstreams::default(),
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(listen(listener, Arc::clone(&shared)));
        Ok(Self {
            address,
            shared,
            _listener: tasks,
        })
    }

    /// `http://127.0.0.1:PORT`
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Replaces all routes at once; requests already on their way finish where they began.
    pub(crate) fn set_routes(&self, routes: Vec<Route>) {
        *self.shared.routes.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(routes);
    }

    /// Lets requests with this header through alone. `None`: all.
    pub(crate) fn set_guard(&self, guard: Option<(String, String)>) {
        *self.shared.guard.write().unwrap_or_else(PoisonError::into_inner) = guard;
    }
}

impl Shared {
    fn lets_in<T>(&self, request: &Request<T>) -> bool {
        let guard = self.guard.read().unwrap_or_else(PoisonError::into_inner).clone();
        guard.is_none_or(|(name, value)| {
            let shown = request
                .headers()
                .get(name.as_str())
                .and_then(|shown| shown.to_str().ok());
            shown == Some(value.as_str())
        })
    }
}

async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, client)) => {
                    connections.spawn(serve(stream, client, Arc::clone(&shared)));
                }
                // Out of file descriptors, say: try again, but not in a tight loop.
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(stream: TcpStream, client: SocketAddr, shared: Arc<Shared>) {
    let _ = stream.set_nodelay(true);
    let answer = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { Ok::<_, Infallible>(answer(&shared, client, request).await) }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), answer)
        .with_upgrades();
    // A client that goes away is no error of ours.
    let _ = connection.await;
}

/// As Cloudflare, which stands in front of the platform's own proxies, signs every answer.
async fn answer(shared: &Shared, client: SocketAddr, request: Request<Incoming>) -> Response<Body> {
    let answered = route_to(shared, client, request).await;
    let is_apps = answered.is_ok();
    let (Ok(mut response) | Err(mut response)) = answered;
    let status = HeaderValue::from(response.status().as_u16());
    if let Some(app) = &shared.origin {
        let headers = response.headers_mut();
        headers.insert(SERVER, HeaderValue::from_static("cloudflare"));
        if is_apps {
            headers.insert("x-do-app-origin", app.clone());
            headers.insert("x-do-orig-status", status);
        }
    }
    response
}

/// The app's answer. `Err`: the edge's own.
async fn route_to(
    shared: &Shared,
    client: SocketAddr,
    request: Request<Incoming>,
) -> Result<Response<Body>, Response<Body>> {
    if !shared.lets_in(&request) {
        return Err(failed(
            StatusCode::FORBIDDEN,
            flag::DENIED,
            "the secure header is missing",
        ));
    }
    let routes = Arc::clone(&shared.routes.read().unwrap_or_else(PoisonError::into_inner));
    let path = request.uri().path();
    let Some(route) = route::choose(&routes, host_of(&request), path) else {
        let why = "no component of this app answers at this path";
        return Err(failed(StatusCode::NOT_FOUND, flag::NO_ROUTE, why));
    };
    match &route.target {
        Target::Service {
            service,
            preserve_path_prefix,
            rewrite,
            origin,
            loading_page,
        } => {
            if *loading_page && wants_html(&request) && !service.is_awake() {
                return Err(html(StatusCode::SERVICE_UNAVAILABLE, pages::LOADING));
            }
            let path = match (rewrite, preserve_path_prefix) {
                (Some(rewrite), _) => route::rewritten(path, &route.prefix, rewrite),
                (None, true) => path.to_owned(),
                (None, false) => route::rewritten(path, &route.prefix, "/"),
            };
            shared.upstreams.forward(service, *origin, client, &path, request).await
        }
        Target::Static {
            directory,
            index_document,
            error_document,
            catchall_document,
        } => {
            let path = route::rewritten(path, &route.prefix, "/");
            let site = pages::Site {
                directory,
                index: index_document,
                error: error_document.as_deref(),
                catchall: catchall_document.as_deref(),
            };
            Ok(pages::serve(&site, &path, request.method()).await)
        }
        Target::Redirect { location } => Err(redirect(location, &request)),
        Target::Offline => Err(html(StatusCode::SERVICE_UNAVAILABLE, pages::OFFLINE)),
    }
}

/// The name that is asked for, without a port.
fn host_of<T>(request: &Request<T>) -> &str {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let host = host.unwrap_or_default();
    host.rsplit_once(':').map_or(host, |(name, _)| name)
}

fn wants_html<T>(request: &Request<T>) -> bool {
    let accepts = request.headers().get_all(hyper::header::ACCEPT);
    accepts
        .iter()
        .any(|accept| accept.to_str().is_ok_and(|accept| accept.contains("text/html")))
}

fn redirect<T>(to: &Redirect, request: &Request<T>) -> Response<Body> {
    let host = request
        .headers()
        .get(hyper::header::HOST)
        .and_then(|host| host.to_str().ok());
    let location = route::location(to, host.unwrap_or_default(), request.uri());
    let status = StatusCode::from_u16(to.code).ok().filter(StatusCode::is_redirection);
    let mut response = text(status.unwrap_or(StatusCode::FOUND), "");
    match location.parse() {
        Ok(location) => {
            response.headers_mut().insert(LOCATION, location);
            response
        }
        Err(_) => text(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the redirect of this rule is not a valid location",
        ),
    }
}
