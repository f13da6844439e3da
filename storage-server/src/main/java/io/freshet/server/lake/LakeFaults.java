/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations.
 */
package io.freshet.server.lake;

import java.io.IOException;
import java.sql.SQLException;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NoSuchViewException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.ServiceFailureException;
import org.apache.iceberg.exceptions.ServiceUnavailableException;
import org.apache.iceberg.exceptions.ValidationException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;

/** Tells a lake that can't be reached from one that answers no. */
public final class LakeFaults {
  private LakeFaults() {}

  /**
   * Whether the catalog, its database or its file storage did not answer, so that the same call may
   * succeed later. False for a commit whose outcome is unknown: that must be looked up, not sent
   * again.
   */
  public static boolean isUnreachable(Throwable failure) {
    if (isAnswer(failure)) {
      return false;
    }
    for (Throwable at = failure; at != null; at = cause(at)) {
      if (at instanceof IOException
          || at instanceof SQLException
          || at instanceof SdkException
          || at instanceof ServiceFailureException
          || at instanceof ServiceUnavailableException) {
        return true;
      }
    }
    return false;
  }

  private static boolean isAnswer(Throwable failure) {
    return failure instanceof NotFoundException
        || failure instanceof NoSuchTableException
        || failure instanceof NoSuchNamespaceException
        || failure instanceof NoSuchViewException
        || failure instanceof AlreadyExistsException
        || failure instanceof ValidationException
        || failure instanceof CommitFailedException
        || failure instanceof CommitStateUnknownException;
  }

  private static @Nullable Throwable cause(Throwable failure) {
    return failure.getCause();
  }
}
