/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.spark.write;

import static io.freshet.error.FreshetErrorCode.INVALID_REQUEST;

import io.freshet.error.FreshetException;
import java.util.UUID;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** What a job's transaction is called. */
final class TransactionId {
  private static final String APPLICATION = "txnAppId";
  private static final String VERSION = "txnVersion";

  private TransactionId() {}

  /** Whether the options name it, so that a job that is repeated has the same. */
  static boolean isGiven(CaseInsensitiveStringMap options) {
    return options.containsKey(APPLICATION);
  }

  /**
   * The same for jobs whose options name the same application and version, of which one alone takes
   * effect; else one of its own.
   *
   * @throws FreshetException INVALID_REQUEST if one of both is missing
   */
  static String of(CaseInsensitiveStringMap options) {
    String application = options.get(APPLICATION);
    String version = options.get(VERSION);
    if (application == null && version == null) {
      return UUID.randomUUID().toString();
    }
    if (application == null || version == null) {
      throw FreshetException.of(
          INVALID_REQUEST,
          "Option %s is set and %s is not: a write that may be repeated has both, such as a query's"
              + " name and a batch's number",
          application == null ? VERSION : APPLICATION,
          application == null ? APPLICATION : VERSION);
    }
    return application + ":" + version;
  }
}
