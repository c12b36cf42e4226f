//! Loopback ports for instances: free, and kept free until the instance listens.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};

/// Below the range from which the kernel takes the ports of outgoing connections: a connection can then neither
/// take the port before the instance does, nor can a readiness check be connected to itself.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

/// A port that belongs to one instance until this is dropped.
#[derive(Debug)]
pub(super) struct Port {
    number: u16,
    /// Shows other sandboxes on this machine that the TCP port of the same number is taken before anything listens on
    /// it.
    _claim: UdpSocket,
}

impl Port {
    pub(super) fn claim() -> io::Result<Self> {
        let random = getrandom::u32().map_err(io::Error::other)?;
        for step in 0..u32::from(COUNT) {
            let offset = (random % u32::from(COUNT) + step) % u32::from(COUNT);
            let number = FIRST + u16::try_from(offset).map_err(io::Error::other)?;
            let Ok(claim) = UdpSocket::bind((Ipv4Addr::LOCALHOST, number)) else {
                continue;
            };
            let free = TcpListener::bind((Ipv4Addr::LOCALHOST, number)).is_ok()
                && TcpListener::bind((Ipv4Addr::UNSPECIFIED, number)).is_ok();
            if free {
                return Ok(Self { number, _claim: claim });
            }
        }
        Err(io::Error::new(io::ErrorKind::AddrInUse, "no free port on 127.0.0.1"))
    }

    pub(super) fn number(&self) -> u16 {
        self.number
    }

    pub(super) fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.number))
    }
}
