/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.error;

import static io.freshet.error.Remedy.FIX_REQUEST;
import static io.freshet.error.Remedy.OPERATOR;
import static io.freshet.error.Remedy.REPLAN;
import static io.freshet.error.Remedy.RETRY;

/**
 * What went wrong. A number stands for one code for ever: it is never changed and never used again.
 */
public enum FreshetErrorCode {
  INVALID_REQUEST(1, FIX_REQUEST),
  INVALID_CONFIGURATION(2, FIX_REQUEST),
  TABLE_NOT_FOUND(3, FIX_REQUEST),
  TABLE_ALREADY_EXISTS(4, FIX_REQUEST),
  NAMESPACE_NOT_FOUND(5, FIX_REQUEST),
  SCHEMA_MISMATCH(6, FIX_REQUEST),
  NULL_IN_REQUIRED_COLUMN(7, FIX_REQUEST),
  BATCH_TOO_LARGE(8, FIX_REQUEST),
  LIMIT_EXCEEDED(9, FIX_REQUEST),
  UNSUPPORTED(10, FIX_REQUEST),
  OFFSET_OUT_OF_RANGE(11, FIX_REQUEST),
  WRITER_SEQUENCE_GAP(12, FIX_REQUEST),
  OVERLOADED(20, RETRY),
  TABLE_NOT_READY(21, RETRY),
  SERVER_UNAVAILABLE(22, RETRY),
  LAKE_UNAVAILABLE(23, RETRY),
  LOG_WRITE_FAILED(24, RETRY),
  SNAPSHOT_EXPIRED(30, REPLAN),
  LOG_CORRUPT(40, OPERATOR),
  DATA_FOLDER_IN_USE(41, OPERATOR),
  FENCED(42, OPERATOR),
  LAKE_DIVERGED(43, OPERATOR),
  INTERNAL(44, OPERATOR),
  INDEX_CORRUPT(45, OPERATOR);

  private final int number;
  private final Remedy remedy;

  FreshetErrorCode(int number, Remedy remedy) {
    this.number = number;
    this.remedy = remedy;
  }

  public int number() {
    return number;
  }

  public Remedy remedy() {
    return remedy;
  }
}
