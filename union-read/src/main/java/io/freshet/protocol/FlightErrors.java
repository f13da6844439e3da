/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.protocol;

import static io.freshet.error.FreshetErrorCode.INTERNAL;
import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;
import static io.freshet.error.FreshetErrorCode.LIMIT_EXCEEDED;
import static io.freshet.error.FreshetErrorCode.SERVER_UNAVAILABLE;
import static io.freshet.error.FreshetErrorCode.UNSUPPORTED;

import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.ErrorFlightMetadata;
import org.apache.arrow.flight.FlightRuntimeException;

/**
 * Freshet's errors on the wire: a Flight status for clients that know nothing of Freshet, with the
 * code's name and its remedy in the call's trailers for those that do.
 */
public final class FlightErrors {
  static final String CODE = "freshet-error-code";
  static final String REMEDY = "freshet-remedy";

  private FlightErrors() {}

  /** The error to fail a call with. */
  public static FlightRuntimeException toFlight(Throwable error) {
    Throwable cause = unwrap(error);
    if (cause instanceof FlightRuntimeException known) {
      return known;
    }
    FreshetException known =
        cause instanceof FreshetException freshet
            ? freshet
            : new FreshetException(
                INTERNAL, "The server failed: " + cause + ". Its log has the details.", cause);
    ErrorFlightMetadata metadata = new ErrorFlightMetadata();
    metadata.insert(CODE, known.code().name());
    metadata.insert(REMEDY, known.remedy().name());
    return status(known.code())
        .withDescription(String.valueOf(known.getMessage()))
        .withMetadata(metadata)
        .withCause(cause)
        .toRuntimeException();
  }

  /** The error behind a failed call. */
  public static FreshetException fromFlight(Throwable error, String address) {
    Throwable cause = unwrap(error);
    if (cause instanceof FreshetException known) {
      return known;
    }
    if (cause instanceof FlightRuntimeException flight) {
      return fromStatus(flight, address);
    }
    return new FreshetException(INTERNAL, "Call to " + address + " failed: " + cause, cause);
  }

  private static FreshetException fromStatus(FlightRuntimeException flight, String address) {
    ErrorFlightMetadata metadata = flight.status().metadata();
    // Asking for a key that is not there throws, and a connection that broke has none of ours.
    String code = metadata == null || !metadata.containsKey(CODE) ? null : metadata.get(CODE);
    String message = String.valueOf(flight.status().description());
    for (FreshetErrorCode known : FreshetErrorCode.values()) {
      if (known.name().equals(code)) {
        return new FreshetException(known, message, flight);
      }
    }
    return switch (flight.status().code()) {
      case UNAVAILABLE ->
          new FreshetException(
              SERVER_UNAVAILABLE,
              String.format(
                  "No Freshet server answers at %s (%s). Start one with 'freshet server', or check the"
                      + " address.",
                  address, message),
              flight);
      case CANCELLED, TIMED_OUT ->
          new FreshetException(
              SERVER_UNAVAILABLE,
              String.format("The call to %s was cut off (%s): try it again", address, message),
              flight);
      case RESOURCE_EXHAUSTED -> failed(LIMIT_EXCEEDED, address, message, flight);
      case UNIMPLEMENTED -> failed(UNSUPPORTED, address, message, flight);
      case INVALID_ARGUMENT, UNAUTHENTICATED, UNAUTHORIZED ->
          failed(INVALID_REQUEST, address, message, flight);
      default -> failed(INTERNAL, address, message, flight);
    };
  }

  private static FreshetException failed(
      FreshetErrorCode code, String address, String message, FlightRuntimeException cause) {
    return new FreshetException(
        code, String.format("Call to %s failed: %s", address, message), cause);
  }

  private static CallStatus status(FreshetErrorCode code) {
    return switch (code) {
      case TABLE_NOT_FOUND, NAMESPACE_NOT_FOUND, SNAPSHOT_EXPIRED -> CallStatus.NOT_FOUND;
      case TABLE_ALREADY_EXISTS -> CallStatus.ALREADY_EXISTS;
      case UNSUPPORTED -> CallStatus.UNIMPLEMENTED;
      case OVERLOADED, LIMIT_EXCEEDED -> CallStatus.RESOURCE_EXHAUSTED;
      default ->
          switch (code.remedy()) {
            case RETRY -> CallStatus.UNAVAILABLE;
            case REPLAN -> CallStatus.NOT_FOUND;
            case FIX_REQUEST -> CallStatus.INVALID_ARGUMENT;
            case OPERATOR -> CallStatus.INTERNAL;
          };
    };
  }

  private static Throwable unwrap(Throwable error) {
    Throwable cause = error;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
