/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.error;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * The only exception that Freshet throws on purpose. Its message says what failed, where, and what
 * to do.
 */
public final class FreshetException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final FreshetErrorCode code;

  public FreshetException(FreshetErrorCode code, String message) {
    this(code, message, null);
  }

  public FreshetException(FreshetErrorCode code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.code = requireNonNull(code, "code");
  }

  /** An exception whose message is {@code String.format(format, args)}. */
  public static FreshetException of(
      FreshetErrorCode code, String format, @Nullable Object... args) {
    return new FreshetException(code, String.format(format, args));
  }

  public FreshetErrorCode code() {
    return code;
  }

  public Remedy remedy() {
    return code.remedy();
  }
}
