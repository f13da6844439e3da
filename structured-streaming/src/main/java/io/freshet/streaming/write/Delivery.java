/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.streaming.write;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;

import io.freshet.error.FreshetException;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** When the rows of an epoch become visible. */
enum Delivery {
  /** All at once at its end, and once. */
  EXACTLY_ONCE("exactly-once"),
  /** As they come, for real-time mode; those of an epoch that is run again come again. */
  IMMEDIATE("immediate");

  private static final String OPTION = "delivery";

  private final String text;

  Delivery(String text) {
    this.text = text;
  }

  static Delivery parse(CaseInsensitiveStringMap options) {
    String text = options.getOrDefault(OPTION, EXACTLY_ONCE.text);
    for (Delivery delivery : values()) {
      if (delivery.text.equalsIgnoreCase(text)) {
        return delivery;
      }
    }
    throw FreshetException.of(
        INVALID_REQUEST, "Option %s is exactly-once or immediate, not '%s'", OPTION, text);
  }
}
