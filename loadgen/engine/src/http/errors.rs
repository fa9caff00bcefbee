//! What went wrong with a request, as a word for the `error_class` column.

use std::error::Error;
use std::io::ErrorKind;

use crate::exchange::Failure;

/// The class of an error: what the operating system said if it spoke, else what the protocol knows, else
/// which part failed.
pub(super) fn class(error: &(dyn Error + 'static), part: &'static str) -> Failure {
    let mut cause = Some(error);
    while let Some(current) = cause {
        if let Some(io) = current.downcast_ref::<std::io::Error>()
            && let Some(class) = io_class(io)
        {
            return Failure(class);
        }
        if let Some(hyper) = current.downcast_ref::<hyper::Error>()
            && (hyper.is_incomplete_message() || hyper.is_closed() || hyper.is_canceled())
        {
            return Failure("closed");
        }
        cause = current.source();
    }
    Failure(part)
}

fn io_class(error: &std::io::Error) -> Option<&'static str> {
    Some(match error.kind() {
        ErrorKind::ConnectionRefused => "connect_refused",
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            "reset"
        }
        ErrorKind::AddrNotAvailable => "no_port_left",
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => "unreachable",
        ErrorKind::PermissionDenied => "not_allowed",
        // EMFILE and ENFILE have no kind of their own.
        _ if matches!(error.raw_os_error(), Some(23 | 24)) => "no_descriptor_left",
        _ => return None,
    })
}
