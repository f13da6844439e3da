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
import static io.freshet.error.FreshetErrorCode.SERVER_UNAVAILABLE;
import static io.freshet.error.FreshetErrorCode.TABLE_NOT_FOUND;
import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.error.FreshetException;
import java.util.concurrent.CompletionException;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.ErrorFlightMetadata;
import org.junit.jupiter.api.Test;

final class FlightErrorsTest {
  private static final String ADDRESS = "grpc://10.0.0.7:9090";

  @Test
  void anErrorOfOursKeepsItsCodeAndMessage() {
    FreshetException error = FreshetException.of(TABLE_NOT_FOUND, "There is no table %s", "db.t");

    FreshetException received =
        FlightErrors.fromFlight(FlightErrors.toFlight(new CompletionException(error)), ADDRESS);

    assertThat(received.code()).isEqualTo(TABLE_NOT_FOUND);
    assertThat(received).hasMessage("There is no table db.t");
  }

  @Test
  void aConnectionThatBrokeIsAnUnavailableServer() {
    FreshetException received =
        FlightErrors.fromFlight(
            CallStatus.UNAVAILABLE
                .withDescription("Connection refused")
                .withMetadata(new ErrorFlightMetadata())
                .toRuntimeException(),
            ADDRESS);

    assertThat(received.code()).isEqualTo(SERVER_UNAVAILABLE);
    assertThat(received)
        .hasMessageStartingWith(
            "No Freshet server answers at " + ADDRESS + " (Connection refused)");
  }

  @Test
  void anErrorThatIsNotOursKeepsWhoHasToAct() {
    assertThat(received(CallStatus.UNAUTHENTICATED).code()).isEqualTo(INVALID_REQUEST);
    assertThat(received(CallStatus.UNKNOWN).code()).isEqualTo(INTERNAL);
    assertThat(received(CallStatus.UNKNOWN)).hasMessage("Call to " + ADDRESS + " failed: Who?");
  }

  private static FreshetException received(CallStatus status) {
    return FlightErrors.fromFlight(
        status.withDescription("Who?").withMetadata(new ErrorFlightMetadata()).toRuntimeException(),
        ADDRESS);
  }
}
