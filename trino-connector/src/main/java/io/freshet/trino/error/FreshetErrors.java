/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.trino.error;

import io.freshet.error.FreshetErrorCode;
import io.freshet.error.FreshetException;
import io.trino.spi.ErrorCode;
import io.trino.spi.ErrorType;
import io.trino.spi.TrinoException;
import java.util.function.Supplier;

/**
 * The server's errors as Trino's: a code of the range from {@link #FIRST_CODE} by its number, and a
 * type by its remedy.
 */
public final class FreshetErrors {
  /** Freshet's error number n is Trino's error code FIRST_CODE + n. */
  public static final int FIRST_CODE = 0x0F5E_0000;

  private FreshetErrors() {}

  public static TrinoException toTrino(FreshetException failure) {
    return new TrinoException(() -> code(failure.code()), failure.getMessage(), failure);
  }

  /** Calls the server; its failures are thrown as Trino's. */
  public static <T> T call(Supplier<T> call) {
    try {
      return call.get();
    } catch (FreshetException e) {
      throw toTrino(e);
    }
  }

  /** As {@link #call}, without a result. */
  public static void run(Runnable call) {
    try {
      call.run();
    } catch (FreshetException e) {
      throw toTrino(e);
    }
  }

  static ErrorCode code(FreshetErrorCode code) {
    return new ErrorCode(FIRST_CODE + code.number(), "FRESHET_" + code.name(), type(code));
  }

  private static ErrorType type(FreshetErrorCode code) {
    return switch (code.remedy()) {
      case RETRY, REPLAN -> ErrorType.EXTERNAL;
      case FIX_REQUEST -> ErrorType.USER_ERROR;
      case OPERATOR ->
          code == FreshetErrorCode.INTERNAL ? ErrorType.INTERNAL_ERROR : ErrorType.EXTERNAL;
    };
  }
}
